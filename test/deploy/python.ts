import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** This machine lacks something that cannot be installed from here. Its message says how to. */
export class ToolMissingError extends Error {
  override readonly name: string = 'ToolMissingError';
}

/** This machine has no Python that can make a virtual environment. */
export class PythonMissingError extends ToolMissingError {
  override readonly name = 'PythonMissingError';
}

/** Oldest Python that the packages below run on. */
const leastMinor = 10;
const candidates = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const probe = `import sys, ensurepip, venv; assert sys.version_info >= (3, ${leastMinor}); print(sys.executable)`;

/** Outside version control, and gone with the rest of what was installed. */
const cacheFolder = join(import.meta.dirname, '../../node_modules/.cache');

const findPython = async (): Promise<string> => {
  for (const command of candidates) {
    const found = await execute(command, ['-c', probe], { timeout: 20_000 }).catch(() => undefined);
    if (found !== undefined) return found.stdout.trim();
  }
  throw new PythonMissingError(
    `No Python of version 3.${leastMinor} or later with venv was found (tried ${candidates.join(', ')}). ` +
      'Debian and Ubuntu: apt-get install python3-venv. macOS: brew install python. Windows: winget install Python.Python.3.13.',
  );
};

/** A package of PyPI in one exact version. `beside`: what it needs and does not ask for, as pip takes it. */
export type PythonPackage = { readonly name: string; readonly version: string; readonly beside?: readonly string[] };

/**
 * The folder with the commands of a Python package, in a virtual environment of its own that is made once. Its last file says that
 * it is whole: what an earlier run left half made is made anew.
 */
export const installedPythonPackage = async ({ name, version, beside = [] }: PythonPackage): Promise<string> => {
  const folder = join(cacheFolder, [`${name}-${version}`, ...beside].join('+'));
  const commands = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const whole = join(folder, 'whole');
  if (existsSync(whole)) return commands;
  const python = await findPython();
  await mkdir(cacheFolder, { recursive: true });
  try {
    await execute(python, ['-m', 'venv', '--clear', folder], { timeout: 120_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${name}==${version}`, ...beside];
    await execute(join(commands, 'python'), pip, { timeout: 300_000 });
    await writeFile(whole, '');
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`Cannot install ${name} ${version} from PyPI into ${folder}`, { cause });
  }
  return commands;
};
