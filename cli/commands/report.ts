import { writeFile } from 'node:fs/promises';
import { UserError } from '../../core/errors.ts';
import { withSweepReader } from '../../storage/sweep-reader.ts';
import { findSweep } from '../find-sweep.ts';
import { htmlReport } from '../report/page/html-report.ts';
import { markdownReport } from '../report/page/markdown-report.ts';
import { readReportData } from '../report/page/report-data.ts';
import { reportParts } from '../report/page/report-parts.ts';
import { withStack } from '../stack-connection.ts';

interface ReportOptions {
  readonly format: string;
  readonly output?: string;
}

/** `initsweep report ID`: one file that shows all that a sweep says, as a page with pictures or as Markdown without. */
export async function reportCommand(id: string, { format, output }: ReportOptions): Promise<void> {
  if (format !== 'html' && format !== 'markdown') throw new UserError(`--format takes html or markdown, not ${format}`);
  await withStack(async ({ store, databaseUrl }) => {
    const sweep = await findSweep(store, id);
    const data = await withSweepReader(databaseUrl, (reader) => readReportData(store, reader, sweep));
    const parts = reportParts(data);
    const path = output ?? `${sweep.spec.name}.${format === 'html' ? 'html' : 'md'}`;
    await writeFile(path, format === 'html' ? htmlReport(sweep.spec.name, parts) : markdownReport(parts));
    console.log(path);
  });
}
