/**
 * Compiles the AssemblyScript kernels and writes each as hex into a generated module. Compressed, as pages are sent, hex is
 * a quarter smaller than base64, which hides repetitions (docs/decisions/hashing.md).
 *
 * Text in a module, because a loader that fetches nothing works the same in Node, in a page and in a worker.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const packageDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const kernels = [
  { entry: 'visionx', name: 'visionxWasm', target: 'src/generated/visionx-wasm.ts' },
  { entry: 'bitcoin', name: 'bitcoinWasm', target: 'src/generated/bitcoin-wasm.ts' },
  // The method of existing full nodes, to be measured against: outside src, so that it is never shipped.
  { entry: 'visionx-plain', name: 'visionxPlainWasm', target: 'bench/generated/visionx-plain-wasm.mjs' },
];

const flags = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

async function compile(entry) {
  let wasm;
  const { error, stderr } = await asc.main(
    [`assembly/${entry}.ts`, '--baseDir', packageDir, '--outFile', 'kernel.wasm', ...flags],
    {
      writeFile: (_name, contents) => {
        wasm = contents;
      },
    },
  );
  if (error) throw new Error(`assembly/${entry}.ts: ${error.message}\n${stderr.toString()}`);
  return wasm;
}

const sizes = [];
for (const { entry, name, target } of kernels) {
  const wasm = await compile(entry);
  const file = path.join(packageDir, target);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `// Written by scripts/build-wasm.mjs from assembly/${entry}.ts.\nexport const ${name} =\n  '${Buffer.from(wasm).toString('hex')}'\n`,
  );
  sizes.push(`${entry} ${wasm.length} B`);
}
console.log(`wasm kernels: ${sizes.join(', ')}`);
