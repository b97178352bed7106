import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigFile } from '../../src/config/config-file-schema.ts';

/** @returns the path of a `sluice.config.json` in a folder of its own, for SLUICE_CONFIG */
export function writeModelsConfig(file: ConfigFile): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'sluice.config.json');
  writeFileSync(path, JSON.stringify(file));
  return path;
}
