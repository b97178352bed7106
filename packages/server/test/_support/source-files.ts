import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = resolve(fileURLToPath(import.meta.url), '../../../../..');

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
  /** Specifiers of outside packages and of `node:` modules. */
  packages: string[];
  /** Paths of the files it imports, from the root. */
  files: string[];
}

const importPattern = /(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'|new URL\('(\.[^']+\.ts)'/g;

/** @returns every TypeScript source below a folder, tests and what only they use left out */
export function readSourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .filter((entry) => !/\.(test|contract|arbitrary|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => readSourceFile(join(entry.parentPath, entry.name)));
}

function readSourceFile(absolute: string): SourceFile {
  const path = relative(repositoryRoot, absolute);
  const text = readFileSync(absolute, 'utf8');
  const specifiers = [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? '');
  const isRelative = (specifier: string) => specifier.startsWith('.');
  return {
    path,
    text,
    packages: specifiers.filter((specifier) => !isRelative(specifier)),
    files: specifiers
      .filter(isRelative)
      .map((specifier) => relative(repositoryRoot, resolve(dirname(absolute), specifier))),
  };
}
