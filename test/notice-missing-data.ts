import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Says once, where anyone sees it, why tests on recorded data are skipped. */
export default function noticeMissingData(): void {
  const folder =
    process.env.SWITCHYARD_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  if (!existsSync(folder)) {
    process.stderr.write(
      `SKIPPED: tests on recorded outcomes: no folder "${folder}". Set SWITCHYARD_DATA to a folder with routellm/ (github.com/lm-sys/RouteLLM) and routerbench/ (github.com/withmartian/routerbench).\n`,
    );
  }
}
