// node compile-guest.mjs clang|clang++ ARG...     the arguments of clang, run by the npm package `@yowasp/clang`
//
// That clang is WebAssembly: it sees no disk, only the files handed to it. So the folders of its inputs, and those of
// its `-I`, go in, and the file that `-o` names comes out.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const tools = process.env.WGPUC_TOOLS ?? fileURLToPath(new URL('../.tools', import.meta.url));
const entry = createRequire(path.join(path.resolve(tools), 'node', 'any.js')).resolve('@yowasp/clang');
const { commands, Exit, runLLVM } = await import(pathToFileURL(entry));

const INPUT = /\.(c|h|o|cpp|hpp)$/;
const files = {};

/** Puts a folder's inputs into `files`, at the same path. */
function mount(folder) {
  const parts = path.resolve(folder).split(path.sep).filter(Boolean);
  const inside = parts.reduce((tree, part) => (tree[part] ??= {}), files);
  for (const name of fs.readdirSync(folder)) {
    if (INPUT.test(name)) inside[name] = fs.readFileSync(path.join(folder, name));
  }
}

const [tool, ...given] = process.argv.slice(2);
if (!commands[tool]) {
  console.error('usage: compile-guest.mjs clang|clang++ ARG...');
  process.exit(2);
}
const out = given.includes('-o') ? given[given.indexOf('-o') + 1] : undefined;

const args = given.map((arg) => {
  if (arg === out) return 'out';
  if (arg.startsWith('-I')) {
    mount(arg.slice(2));
    return `-I${path.resolve(arg.slice(2))}`;
  }
  if (arg.startsWith('-') || !INPUT.test(arg)) return arg;
  mount(path.dirname(arg));
  return path.resolve(arg);
});

try {
  // without arguments it only loads its own parts; done first, because `commands` would report on that line by line
  await runLLVM(null, {}, { fetchProgress: () => {} });
  const tree = await commands[tool](args, files);
  if (out) fs.writeFileSync(out, tree.out);
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exit(error.code);
}
