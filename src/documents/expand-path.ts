import { dirname, isAbsolute, resolve } from 'node:path';

/** Where variables of dataset paths are looked up. */
export type PathEnvironment = Readonly<Record<string, string | undefined>>;

export type ExpandedPath = { readonly path: string } | { readonly problem: string };

const VARIABLE = /\$\{([^}]*)\}/g;
const DATA_VARIABLE = 'SWITCHYARD_DATA';

/**
 * Replaces `${SWITCHYARD_…}` and resolves against the folder of the file (or the working folder).
 * Other variables are refused: a file from elsewhere must not read this machine's environment.
 */
export function expandPath(
  written: string,
  file: string | null,
  env: PathEnvironment,
): ExpandedPath {
  let problem: string | null = null;
  const expanded = written.replace(VARIABLE, (_, name: string) => {
    const value = name.startsWith('SWITCHYARD_') ? env[name] : undefined;
    if (value === undefined || value === '') problem ??= missingVariable(name);
    return value ?? '';
  });
  if (problem !== null) return { problem };
  const base = file === null ? process.cwd() : dirname(resolve(file));
  return { path: isAbsolute(expanded) ? expanded : resolve(base, expanded) };
}

function missingVariable(name: string): string {
  if (!name.startsWith('SWITCHYARD_')) {
    return `found the variable \${${name}}, expected one whose name begins with SWITCHYARD_`;
  }
  if (name !== DATA_VARIABLE) {
    return `the environment variable ${name} is not set; set it with: export ${name}=…`;
  }
  return `the environment variable ${DATA_VARIABLE} is not set; set it to a folder with routellm/ (from github.com/lm-sys/RouteLLM) and routerbench/ (from github.com/withmartian/routerbench)`;
}
