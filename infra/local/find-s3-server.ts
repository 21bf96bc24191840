import { findPresentProgram, type FindOptions, type FoundProgram, obtainProgram, type Program } from './program.ts';

const version = '1.8.0';
const release = `versitygw_v${version}_${process.platform === 'darwin' ? 'Darwin' : 'Linux'}_${process.arch === 'x64' ? 'x86_64' : process.arch}`;

/** Versity's gateway: the S3 protocol, with signatures and checksums, on a folder. */
const gateway: Program = {
  title: 'the S3 server (versitygw)',
  name: 'versitygw',
  version,
  archive: new URL(`https://github.com/versity/versitygw/releases/download/v${version}/${release}.tar.gz`),
  archiveFolder: release,
  module: 'github.com/versity/versitygw/cmd/versitygw',
  linkerFlags: `-s -w -X main.Version=${version}`,
  buildSeconds: 100,
  mends: [
    'install versitygw (https://github.com/versity/versitygw/releases) so that it is on PATH',
    'install Go (https://go.dev/dl), so that it can be built',
  ],
};

/** An S3 server for tests and measurements: on PATH, cached, downloaded or built. Throws UserError that names every mend when there is no way. */
export async function findS3Server(options: FindOptions = {}): Promise<FoundProgram> {
  return (await findPresentProgram(gateway, options.environment ?? process.env)) ?? obtainProgram(gateway, options);
}
