import { Command, CommanderError } from 'commander';
import { folders } from '../infra/local/folders.ts';
import { installedPackages } from '../infra/tfjs-native/prefix.ts';
import { exitCodeOf, exitCodes, explain } from './explain.ts';

/** Runs one command line and answers its exit code; see `exitCodes`. */
export async function main(args: readonly string[]): Promise<number> {
  // By these, training code and the workers that are started from here find what `install` has built.
  for (const [variable, folder] of Object.entries(installedPackages(folders().cache))) process.env[variable] ??= folder;
  let exitCode: number = exitCodes.done;
  /** Commands are loaded when they are called: a check of a sweep file needs no database client. A command answers its exit code, or nothing when all went well. */
  const run =
    <Args extends unknown[]>(load: () => Promise<(...given: Args) => Promise<number | void>>) =>
    async (...given: Args): Promise<void> => {
      const command = await load();
      exitCode = (await command(...given)) ?? exitCodes.done;
    };
  const program = new Command('initsweep')
    .description('Which weight initialization suits which network? Sweeps on Temporal, results in PostgreSQL.')
    .showHelpAfterError('(initsweep --help shows what there is)')
    .enablePositionalOptions()
    .exitOverride();

  program
    .command('run')
    .description('run a sweep file and show its progress and results; starts the local stack when it is not up')
    .argument('[file]', 'sweep file, JSON or YAML (default: examples/quickstart.json)')
    .option('--workflow-id <id>', "the workflow's id (default: the sweep's name)")
    .action(run(async () => (await import('./commands/run.ts')).runCommand));
  program
    .command('plan')
    .description('check a sweep file and say what it would do, without doing it')
    .argument('<file>', 'sweep file, JSON or YAML')
    .action(run(async () => (await import('./commands/plan.ts')).planCommand));
  program
    .command('watch')
    .description('follow a sweep to its end')
    .argument('<id>', 'workflow id or sweep id')
    .action(run(async () => (await import('./commands/watch.ts')).watchCommand));
  program
    .command('results')
    .description("show a sweep's results as far as there are any")
    .argument('<id>', 'workflow id or sweep id')
    .action(run(async () => (await import('./commands/results.ts')).resultsCommand));
  program
    .command('explain')
    .description('say what an initializer draws for a layer, by which rule, and what theory predicts at depth')
    .argument('<initializer>', 'name or alias, with parameters where it has some: heNormal, "normal(sd=0.01)"')
    .option('--fan-in <units>', 'inputs of the layer', '256')
    .option('--fan-out <units>', 'units of the layer', '256')
    .option('--activation <name>', 'activation of the network', 'relu')
    .option('--depth <layers>', 'predict a network with so many hidden layers of that fan-out')
    .option('--outputs <units>', 'outputs of that network', '10')
    .option('--network <name>', 'mlp, residual, "residual(blockLayers=3)" or convolution', 'mlp')
    .option('--normalization <name>', 'none, layer or batch', 'none')
    .action(run(async () => (await import('./commands/explain.ts')).explainCommand));
  program
    .command('preview')
    .description(
      "show Grafana's dashboards without Grafana: their queries asked and drawn by initsweep itself, in a browser",
    )
    .argument('[id]', 'workflow id or sweep id to begin with')
    .option('--pictures <folder>', 'draw them into PNG files instead, light and dark, by a Chromium on PATH')
    .action(run(async () => (await import('./commands/preview.ts')).previewCommand));
  program
    .command('claims')
    .description('say which of the six claims about initializers a sweep supports, refutes or leaves open')
    .argument('<id>', 'workflow id or sweep id')
    .option('--best-rate', 'compare cells each at its own best learning rate, chosen on validation data by other seeds')
    .option('--json', 'all findings, as JSON')
    .action(run(async () => (await import('./commands/claims.ts')).claimsCommand));
  program
    .command('report')
    .description('write a page with all that a sweep says: verdicts, tables, curves, methods, and how to run it again')
    .argument('<id>', 'workflow id or sweep id')
    .option('--output <file>', 'where to (default: the name of the sweep)')
    .option('--format <format>', 'html (one page that needs nothing else) or markdown (without pictures)', 'html')
    .action(run(async () => (await import('./commands/report.ts')).reportCommand));
  program
    .command('recommend')
    .description('say which initializer all finished sweeps recommend for a network, or which sweep would tell')
    .requiredOption('--activation <name>', 'activation of the hidden layers: gelu, "leakyRelu(slope=0.2)"')
    .requiredOption('--depth <layers>', 'hidden layers')
    .requiredOption('--width <units>', 'units of each hidden layer')
    .option('--residual', 'the network has residual blocks')
    .option('--normalization <name>', 'none, layer or batch', 'none')
    .option('--write <file>', 'where to write the sweep file when the network was not measured')
    .action(run(async () => (await import('./commands/recommend.ts')).recommendCommand));
  program
    .command('export')
    .description(
      'write all that is stored of a sweep as files: trials, epochs, layers, verdicts, findings, recommendations',
    )
    .argument('<id>', 'workflow id or sweep id')
    .requiredOption('--output <folder>', 'where to; files of the same names are replaced')
    .option('--format <format>', 'csv or parquet', 'csv')
    .action(run(async () => (await import('./commands/export.ts')).exportCommand));
  program
    .command('sweeps')
    .description('list the latest sweeps')
    .action(run(async () => (await import('./commands/sweeps.ts')).sweepsCommand));
  program
    .command('up')
    .description('start the local stack, or find the one that runs')
    .action(run(async () => (await import('./commands/up.ts')).upCommand));
  program
    .command('down')
    .description('stop the local stack; its data stays')
    .action(run(async () => (await import('./commands/down.ts')).downCommand));
  program
    .command('doctor')
    .description('say what is there, what is missing and how to mend it')
    .action(run(async () => (await import('./commands/doctor.ts')).doctorCommand));
  program
    .command('worker')
    .description('run a worker in this process until it is told to stop')
    .argument('<kind>', 'control (workflows, and what keeps the rows of sweeps) or training (trains trials)')
    .action(run(async () => (await import('./commands/worker.ts')).workerCommand));
  program
    .command('codec')
    .description(
      "decrypt payloads for Temporal's pages and command line on this machine, where SWEEP_PAYLOAD_KEYS encrypts them",
    )
    .option('--port <port>', 'on the loopback interface', '8081')
    .option('--origin <address>', "of Temporal's pages", 'http://127.0.0.1:8233')
    .action(run(async () => (await import('./commands/codec.ts')).codecCommand));
  program
    .command('migrate')
    .description(
      'bring the database of DATABASE_URL up to date; with SWEEP_WRITER_PASSWORD and SWEEP_GRAFANA_PASSWORD make the roles of workers and Grafana',
    )
    .action(run(async () => (await import('./commands/migrate.ts')).migrateCommand));
  program
    .command('install')
    .description("build TensorFlow.js' addon against a current libtensorflow, for the backends native and cuda")
    .argument('<what>', 'native (processor) or cuda (NVIDIA GPU)')
    .option('--yes', 'do not ask before downloading gigabytes')
    .action(run(async () => (await import('./commands/install.ts')).installCommand));
  program
    .command('uninstall')
    .description('remove what install has built')
    .argument('<what>', 'native or cuda')
    .action(run(async () => (await import('./commands/install.ts')).uninstallCommand));
  program
    .command('address')
    .description('print one address of the running stack, for scripts')
    .option('--database', 'with the password')
    .option('--temporal', 'host:port (the default)')
    .option('--ui', "Temporal's web pages")
    .action(run(async () => (await import('./commands/address.ts')).addressCommand));
  program
    .command('temporal')
    .description("Temporal's own command line, set up for the running stack")
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(run(async () => (await import('./commands/temporal.ts')).temporalCommand));

  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.user;
    console.error(await explain(error));
    return exitCodeOf(error);
  }
}
