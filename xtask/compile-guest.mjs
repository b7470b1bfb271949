// node compile-guest.mjs clang|clang++ ARG...     the arguments of clang, run by the npm package `@yowasp/clang`
//
// That clang is WebAssembly: it sees no disk, only the files handed to it. So the folders of its inputs, and those of
// its `-I` and `-isystem`, go in, and what it makes comes out: the files that `-o` and `-MF` name, or those that clang
// names itself. That is as much as CMake needs.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const tools = process.env.WGPUC_TOOLS ?? fileURLToPath(new URL('../.tools', import.meta.url));
const entry = createRequire(path.join(path.resolve(tools), 'node', 'any.js')).resolve('@yowasp/clang');
const { commands, Exit, runLLVM } = await import(pathToFileURL(entry));

const INPUT = /\.(c|cc|cxx|cpp|h|hh|hpp|o|obj|a)$/;
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

const outputs = new Map();
const args = given.map((arg, at) => {
  const before = given[at - 1];
  if (before === '-o' || before === '-MF') {
    const inside = `out${outputs.size}`;
    outputs.set(inside, arg);
    return inside;
  }
  // the headers of the C library lie on no disk: who reads the list of headers would miss them
  if (arg === '-MD') return '-MMD';
  if (before === '-MT' || before === '-MQ') return arg;
  const flag = arg.startsWith('-I') ? '-I' : '';
  const file = arg.slice(flag.length);
  if (flag || before === '-isystem') {
    mount(file);
    return flag + path.resolve(file);
  }
  if (arg.startsWith('-') || !INPUT.test(arg)) return arg;
  mount(path.dirname(arg));
  return path.resolve(arg);
});

try {
  // without arguments it only loads its own parts; done first, because `commands` would report on that line by line
  await runLLVM(null, {}, { fetchProgress: () => {} });
  const tree = await commands[tool](args, files);
  for (const [name, made] of Object.entries(tree)) {
    const isFile = typeof made === 'string' || made instanceof Uint8Array; // else a folder that went in
    const file = outputs.get(name) ?? name;
    if (isFile) fs.writeFileSync(file === '-' ? process.stdout.fd : file, made);
  }
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exit(error.code);
}
