#!/usr/bin/env node
// From a bare clone to a running command, with nothing but Node and npm: installs the packages when they are not those of the lock
// file, generates the Prisma client when its schema has changed, then hands over. Plain JavaScript without dependencies.
//   node cli/bootstrap.mjs start [arguments of run]     what `npm start` does
//   node cli/bootstrap.mjs test [arguments of vitest]   what `npm test` does
//   node cli/bootstrap.mjs cli ARGUMENTS                what `npm run sweep -- ARGUMENTS` does; so does the bin `initsweep`
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const exitCodes = { user: 2, machine: 3 };
const oldestNode = [20, 19];
const root = fileURLToPath(new URL('..', import.meta.url));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  stop(exitCodes.user, `Node ${process.versions.node} is too old: install Node ${oldestNode.join('.')} or later.`);
}

/** @type {(code: number, message: string) => never} */
function stop(code, message) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** Whether every package that the lock file demands is there in its version; npm's own record says what it installed. */
function packagesFit() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!installed) return false;
  // As npm itself has it: an image of workers goes without the tools of development.
  const wantsDev = process.env['NODE_ENV'] !== 'production';
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional || (entry.dev && !wantsDev) || installed[path]?.version === entry.version,
  );
}

/**
 * Runs a step that may take a while: a line now and then says that it still runs; its output is shown only when it fails.
 * @param {string} title
 */
async function runStep(title, command, args, environment = process.env) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  process.stderr.write(`${title} ...\n`);
  const timer = setInterval(() => process.stderr.write(`  still at it, ${seconds()} s so far\n`), 15_000);
  const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.once('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0) {
    // npm follows a failure with pages of usage; what went wrong stands in the first lines.
    const reason = output.trim().split('\n').slice(0, 20).join('\n');
    const how = `${basename(command)} ${args.join(' ')} ended with ${code}`;
    stop(exitCodes.machine, `${reason}\n${title}: failed (${how}).`);
  }
  process.stderr.write(`  done in ${seconds()} s\n`);
}

async function ensurePackages() {
  if (!packagesFit()) {
    // Under npm its own entry point is known; started by hand, npm is on PATH.
    const npm = process.env['npm_execpath'];
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const title = 'installing the packages of package-lock.json (a minute or two)';
    if (npm?.endsWith('.js')) await runStep(title, process.execPath, [npm, ...args]);
    else await runStep(title, 'npm', args);
  }
  // npx looks for a command here first; npm links the bins of dependencies only, not the project's own.
  const link = join(root, 'node_modules', '.bin', 'initsweep');
  if (!existsSync(link) && process.platform !== 'win32') {
    rmSync(link, { force: true });
    symlinkSync(join('..', '..', 'cli', 'bootstrap.mjs'), link);
  }
}

/** The client is generated code that git does not keep; a stamp beside it says from what it was made. */
async function ensurePrismaClient() {
  const hash = createHash('sha256');
  for (const file of ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json']) {
    hash.update(readFileSync(join(root, file)));
  }
  const stamp = hash.digest('hex');
  const stampFile = join(root, 'storage', 'generated', '.made-from');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  const prisma = join(root, 'node_modules', 'prisma', 'build', 'index.js');
  await runStep('generating the Prisma client', process.execPath, [prisma, 'generate'], {
    ...process.env,
    // The schema engine is a download that `generate` never uses but insists on; any executable satisfies it.
    PRISMA_SCHEMA_ENGINE_BINARY: process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ?? process.execPath,
    CHECKPOINT_DISABLE: '1',
  });
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

const [mode, ...rest] =
  basename(process.argv[1]) === 'initsweep' ? ['cli', ...process.argv.slice(2)] : process.argv.slice(2);
await ensurePackages();
await ensurePrismaClient();
const { register } = await import('tsx/esm/api');
register();
if (mode === 'test') {
  const { runTests } = await import('./run-tests.ts');
  process.exit(await runTests(root, rest));
} else {
  // npm runs scripts in the project's folder, but a file is named from where the person stands.
  if (process.env['INIT_CWD'] && mode === 'start') process.chdir(process.env['INIT_CWD']);
  const { main } = await import('./main.ts');
  process.exit(await main(mode === 'start' ? ['run', ...rest] : rest));
}
