import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

type Place = { readonly file: string; readonly line: number; readonly column: number };

/** The map that stands beside a bundled file; undefined where there is none, or none that can be read. */
const mapBeside = (file: string): SourceMap | undefined => {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')));
  } catch {
    return undefined;
  }
};

/** `file:///var/task/index.mjs:12:34` anywhere in a line of a stack trace. */
const placeInBundle = /(file:\/\/\S+?\.mjs):(\d+):(\d+)/g;

const inSource = (maps: Map<string, SourceMap | undefined>, { file, line, column }: Place): string | undefined => {
  if (!maps.has(file)) maps.set(file, mapBeside(file));
  const origin = maps.get(file)?.findOrigin(line, column);
  if (origin === undefined || !('fileName' in origin)) return undefined;
  // As seen from the project's folder, not from wherever the bundle was made.
  const source = origin.fileName.replace(/^(?:\.\.\/)+/, '');
  return `${source}:${origin.lineNumber}:${origin.columnNumber}`;
};

/**
 * From now on stack traces of bundled code name our source lines. Node can do so by itself (`--enable-source-maps`), but then
 * reads every map at every cold start, which takes a sixth longer; here none is read before the first error.
 */
export const mapStackTraces = (): void => {
  const maps = new Map<string, SourceMap | undefined>();
  Error.prepareStackTrace = (error, frames) => {
    const trace = [String(error), ...frames.map((frame) => `    at ${frame}`)].join('\n');
    return trace.replace(
      placeInBundle,
      (place, file: string, line: string, column: string) =>
        inSource(maps, { file, line: Number(line), column: Number(column) }) ?? place,
    );
  };
};
