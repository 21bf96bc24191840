import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface PageFile {
  readonly type: string;
  readonly text: string;
}

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>initsweep preview</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/preview.css">
<main id="preview"></main>
<script src="/preview.js"></script>
</html>
`;

/** The page's files by path; its script is bundled here, in about a second, so that no built file needs to be kept. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const read = (path: string) => readFile(path, 'utf8');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const uplotStyle = await read(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'));
  const ownStyle = await read(fileURLToPath(new URL('page/preview.css', import.meta.url)));
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: html }],
    ['/preview.js', { type: 'text/javascript; charset=utf-8', text: outputFiles[0]!.text }],
    ['/preview.css', { type: 'text/css; charset=utf-8', text: `${uplotStyle}\n${ownStyle}` }],
  ]);
}
