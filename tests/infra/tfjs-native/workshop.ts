import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { type InstallOptions, installTfjsNative } from '../../../infra/tfjs-native/install.ts';
import { prefixesFolder } from '../../../infra/tfjs-native/prefix.ts';
import type { Release, Wheel } from '../../../infra/tfjs-native/release.ts';

/** Every program that the installation runs, as a script of Node's that does its part in small, or fails when FAIL names it. */
const programs: Readonly<Record<string, string>> = {
  'bin/python3': `
    const args = process.argv.slice(2);
    if (args.includes('--version')) process.exit(process.env.FAIL === 'pip --version' ? 1 : 0);
    fs.appendFileSync(path.join(process.env.WORKSHOP, 'pip.log'), JSON.stringify({ args, index: process.env.PIP_INDEX_URL }) + '\\n');
    const name = args.at(-1).split('==')[0] + '.whl';
    if (process.env.FAIL !== 'pip without a file') fs.copyFileSync(path.join(process.env.WORKSHOP, name), path.join(args[args.indexOf('--dest') + 1], name));`,
  'bin/make': '',
  'bin/g++': '',
  'bin/c++': '',
  'npm/bin/npm-cli.js': `
    const { dependencies } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
    for (const [name, version] of Object.entries(dependencies)) {
      const folder = path.join('node_modules', name);
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version }));
      fs.writeFileSync(path.join(folder, 'index.js.map'), '');
    }`,
  'npm/node_modules/node-gyp/bin/node-gyp.js': `
    const library = ['libtensorflow.so', 'libtensorflow.2.dylib'].find((name) => fs.existsSync(path.join('deps/lib', name)));
    if (!library || !fs.existsSync('deps/include/tensorflow/c/c_api.h')) throw new Error('no library to link with');
    fs.mkdirSync('build');
    const folder = process.argv.find((each) => each.startsWith('--module_path=')).split('=')[1];
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'tfjs_binding.node'), fs.readFileSync(path.join('deps/lib', library)));`,
};

/** Of a tensorflow wheel, with what is not needed too. */
const libraryFiles = {
  'tensorflow/libtensorflow_cc.so.2': 'the library',
  'tensorflow/libtensorflow_framework.so.2': 'its framework',
  'tensorflow/libtensorflow_cc.2.dylib': 'the library',
  'tensorflow/libtensorflow_framework.2.dylib': 'its framework',
  'tensorflow/include/tensorflow/c/c_api.h': '// C',
  'tensorflow/include/xla/tsl/c/tsl_status.h': '// C',
  'tensorflow/include/tensorflow/tsl/platform/ctstring_internal.h': '// strings',
  'tensorflow/include/absl/strings/cord.h': '// C++',
  'tensorflow/python/keras/models.py': '# Python',
};
const cudaFiles = {
  'nvidia/cublas/lib/libcublas.so.12': 'cublas',
  'nvidia/cublas/include/cublas.h': '// C',
  'nvidia_cublas_cu12.dist-info/METADATA': 'Name: nvidia-cublas-cu12',
};

export type WorkshopOptions = InstallOptions<string>;

/**
 * A folder with tools, wheels and a cache, in which an installation takes milliseconds. Its programs are ours, what runs
 * them is not: they stand on PATH, and in npm_execpath, where pip, make, the compiler and npm would.
 */
export async function createWorkshop() {
  const root = await mkdtemp(join(tmpdir(), 'initsweep-tfjs-native-'));
  for (const [path, body] of Object.entries(programs)) {
    const failing = `if (process.env.FAIL === '${path}') { console.error('${path} is out of order'); process.exit(3); }`;
    const text = `#!${process.execPath}\nconst fs = require('node:fs'), path = require('node:path');\n${failing}\n${body}\n`;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o755 });
  }
  await writeFile(join(root, 'package.json'), '{}');
  const release: Release = {
    packageName: '@tensorflow/tfjs-node-gpu',
    packageVersion: '4.22.0',
    library: await createWheel(root, 'tensorflow', libraryFiles),
    cudaLibraries: [await createWheel(root, 'nvidia-cublas-cu12', cudaFiles)],
    installedBytes: 1000,
  };
  const cacheFolder = join(root, 'cache');
  const steps: string[] = [];
  const options: WorkshopOptions = {
    variant: 'cuda',
    release,
    cacheFolder,
    environment: { PATH: join(root, 'bin'), npm_execpath: join(root, 'npm', 'bin', 'npm-cli.js'), WORKSHOP: root },
    runStep: async (title, work) => {
      steps.push(title);
      return work(() => undefined);
    },
    selfTest: async (folder) => readFile(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), 'utf8'),
    signal: new AbortController().signal,
  };
  return {
    root,
    release,
    /** Titles of the steps that were begun since the last call. */
    takeSteps: (): string[] => steps.splice(0),
    options,
    install: (changes: Partial<WorkshopOptions> = {}) => installTfjsNative({ ...options, ...changes }),
    /** With one program that fails. */
    failing: (program: string) => ({ environment: { ...options.environment, FAIL: program } }),
    installed: async () => readdir(prefixesFolder(cacheFolder)).catch(() => []),
    createWheel: (project: string, files: Readonly<Record<string, string>>) => createWheel(root, project, files),
    close: () => rm(root, { recursive: true }),
  };
}

/** Writes `<project>.whl` and answers it pinned. */
async function createWheel(root: string, project: string, files: Readonly<Record<string, string>>): Promise<Wheel> {
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  const path = join(root, `${project}.whl`);
  await pipeline(zip.outputStream, createWriteStream(path));
  return pin(path, project);
}

export async function pin(path: string, project: string): Promise<Wheel> {
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { project, version: '2.21.0', platform: 'manylinux_2_27_x86_64', sha256, bytes: (await stat(path)).size };
}
