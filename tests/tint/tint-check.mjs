// node tint-check.mjs FILE.wgsl...     is each file valid for Tint, the WGSL compiler of Chromium?
//
// One line a file, with Tint's messages below where it fails; the exit code is 1 if any failed. Tint comes with the npm
// package `webgpu` (Dawn), whose null backend needs no driver: `cargo xtask setup tint` installs it.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const tools = process.env.WGPUC_TOOLS ?? fileURLToPath(new URL('../../.tools', import.meta.url));
const entry = createRequire(path.join(path.resolve(tools), 'node', 'any.js')).resolve('webgpu');
const { create, globals } = await import(pathToFileURL(entry));

const FEATURES = ['subgroups', 'shader-f16'];
const SUBGROUP_USE = /\b(subgroup[A-Z]\w*\s*\(|subgroup_(size|invocation_id)\b|quad(Broadcast|Swap))/;

/** naga accepts subgroup operations without `enable`, and never writes one; browsers insist on it. */
function withSubgroups(source) {
  const enabled = /^\s*enable\b[^;]*\bsubgroups\b/m.test(source);
  return SUBGROUP_USE.test(source) && !enabled ? `enable subgroups;\n${source}` : source;
}

/** The messages for one file; none where it is valid. Entry points are checked by making their pipelines. */
async function check(device, source) {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code: source });
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter((m) => m.type === 'error').map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
  if (errors.length === 0) {
    for (const [, entryPoint] of source.matchAll(/@compute\b[^{]*?\bfn\s+(\w+)/g)) {
      device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint } });
    }
  }
  const error = await device.popErrorScope();
  return errors.length === 0 && error ? [error.message] : errors;
}

Object.assign(globalThis, globals);
// on globalThis, because Dawn crashes where one of these is collected before its children
globalThis.gpu = create(['backend=null']);
globalThis.adapter = await gpu.requestAdapter();
const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
globalThis.device = await adapter.requestDevice({ requiredFeatures });

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: tint-check.mjs FILE.wgsl...');
  process.exit(2);
}
let failed = 0;
for (const file of files) {
  const messages = await check(device, withSubgroups(fs.readFileSync(file, 'utf8')));
  console.log(`${messages.length === 0 ? 'ok' : 'FAILED'} ${file}`);
  for (const message of messages) console.log(`  ${message.replaceAll('\n', '\n  ')}`);
  failed += messages.length === 0 ? 0 : 1;
}
// Dawn's threads would keep the process alive
process.exit(failed === 0 ? 0 : 1);
