import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOutcome, makeRun } from '../packages/server/src/storage/rows.fixture.ts';
import { type Watch, account, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const MS_PER_DAY = 86_400_000;
const today = Math.floor(Date.now() / MS_PER_DAY) * MS_PER_DAY;
const dayName = (daysAgo: number) => new Date(today - daysAgo * MS_PER_DAY).toISOString().slice(0, 10);

/** How each snippet is run. Without the program its test is skipped by name, and fails where CI=true. */
const programs = [
  { tab: 'curl', command: 'sh', probe: 'curl', file: 'ask.sh' },
  { tab: 'JavaScript', command: process.execPath, probe: process.execPath, file: 'ask.mjs' },
  { tab: 'Python', command: 'python3', probe: 'python3', file: 'ask.py' },
];
const isHere = (program: string) =>
  process.env['CI'] === 'true' || spawnSync(program, ['--version']).status === 0;

/** What the events of a run say, as curl shows them. */
function textOfEvents(frames: string): string {
  const events = frames.split('\n').filter((line) => line.startsWith('data: '));
  return events.map((line) => (JSON.parse(line.slice(6)) as { text?: string }).text ?? '').join('');
}

describe.skipIf(!hasChromium)('tokens, usage and the catalogue', () => {
  const here = useBrowser({ role: 'admin' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeEach(async () => {
    context = await here.browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  afterEach(async () => {
    expect(seen.problems).toEqual([]);
    await context.close();
  });

  const dialog = () => page.getByRole('dialog', { name: 'Settings' });
  const open = async (hash: string) => {
    await page.goto(`${here.server.url}/#${hash}`);
    await dialog().getByRole('tabpanel').first().getByRole('heading').first().waitFor();
  };
  const choose = (label: string, option: string) =>
    dialog().getByLabel(label, { exact: true }).selectOption({ label: option });

  async function fillLedger(): Promise<void> {
    const { database } = here.server.rooms;
    const user = await database.users.findByEmail(account.email);
    const add = async (daysAgo: number, changes: Parameters<typeof makeOutcome>[0]) => {
      const run = makeRun(user?.id ?? '', { createdAt: today - daysAgo * MS_PER_DAY });
      await database.runs.insert(run);
      await database.runs.end(run.id, makeOutcome(changes));
    };
    const used = { ...makeOutcome().usage!, inputTokens: 1000, outputTokens: 234 };
    const priced = { usage: used, cost: { microUsd: 1_500_000, source: 'catalog' as const } };
    for (const firstTokenMs of [100, 340, 900]) await add(1, { model: 'a/first', ...priced, firstTokenMs });
    await add(1, { model: '=b/second', usage: used, cost: null, firstTokenMs: 2000 });
    await add(2, { model: 'a/first', ...priced, firstTokenMs: 50 });
    const failure = { usage: null, cost: null, firstTokenMs: null, reason: 'error' as const };
    await add(3, { model: 'c/failed', ...failure, errorCode: 'upstream_error' });
    await add(45, { model: 'a/first', ...priced });
  }

  // First: what the others ask is in the ledger as well.
  it('P4: shows days and models as a plot, a table and a file, over any range, and what is unknown as a dash', async () => {
    await fillLedger();
    await open('usage');
    const table = dialog().getByRole('group', { name: 'Usage table' });
    const cells = async (row: string | RegExp) =>
      table.getByRole('row', { name: row }).getByRole('cell').allInnerTexts();
    const dayText = (daysAgo: number) =>
      new Date(dayName(daysAgo)).toLocaleDateString('en', { dateStyle: 'medium', timeZone: 'UTC' });
    await table.getByRole('row', { name: /^Total/ }).waitFor();
    expect(await table.getByRole('columnheader').allInnerTexts()).toEqual([
      'Day',
      'Model',
      'Answers',
      'Errors',
      'Tokens in',
      'Tokens out',
      'Cost',
      'First token p50',
      'p95',
    ]);
    expect(await cells(`${dayText(1)} a/first`)).toEqual([
      '3',
      '0',
      '3,000',
      '702',
      '$4.50',
      '340 ms',
      '900 ms',
    ]);
    expect(await cells(`${dayText(1)} =b/second`)).toEqual(['1', '0', '1,000', '234', '–', '2 s', '2 s']);
    expect(await cells(`${dayText(3)} c/failed`)).toEqual(['1', '1', '–', '–', '$0.00', '–', '–']);
    expect((await cells(/^Total/)).slice(0, 5)).toEqual(['6', '1', '5,000', '1,170', '$6.00 +']);

    const plot = () => dialog().getByRole('group', { name: /^Plot: / });
    const readout = () => dialog().locator('.plot-readout').innerText();
    await plot().locator('canvas').waitFor();
    await plot().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(readout).toMatch(/a\/first: 3\.7K · =b\/second: 1\.2K$/);
    // Told apart without colours: the second pattern has strokes of another colour on it.
    const inks = await dialog()
      .locator('.plot-key canvas')
      .evaluateAll((swatches) =>
        swatches.map((swatch) => {
          const { width, height } = swatch as HTMLCanvasElement;
          const { data } = (swatch as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
          return new Set(new Uint32Array(data.buffer)).size;
        }),
      );
    expect(inks[0]).toBe(1);
    expect(inks[1]).toBeGreaterThan(1);
    await choose('Plot', 'Time to the first token');
    await plot().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(readout).toMatch(/p50: 340 ms · p95: 2 s$/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(readout).toMatch(/p50: – · p95: –$/);
    await choose('Plot', 'Errors');
    await plot().focus();
    await page.keyboard.press('End');
    for (let day = 0; day < 3; day += 1) await page.keyboard.press('ArrowLeft');
    await expect.poll(readout).toMatch(/c\/failed: 1$/);

    await choose('Time', 'Last 90 days');
    await expect.poll(async () => (await cells(/^Total/))[0]).toBe('7');
    await choose('Time', 'From … to …');
    await dialog().getByLabel('From', { exact: true }).fill(dayName(2));
    await dialog().getByLabel('To', { exact: true }).fill(dayName(1));
    await expect.poll(async () => (await cells(/^Total/))[0]).toBe('5');

    const download = page.waitForEvent('download');
    await dialog().getByRole('button', { name: 'Download CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`usage-${dayName(2)}-${dayName(1)}.csv`);
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
    expect(lines[0]).toMatch(/^day,model,answers,errors,input_tokens,output_tokens,.*first_token_p95_ms$/);
    expect(lines).toHaveLength(5);
    expect(lines).toContain(`${dayName(1)},a/first,3,0,3000,702,9,12,15,4.5,0,0,340,900`);
    // No formula for a spreadsheet, and nothing for what nobody knows.
    expect(lines).toContain(`${dayName(1)},'=b/second,1,0,1000,234,3,4,5,,1,0,2000,2000`);
  });

  async function tryCode({ tab, command, file }: (typeof programs)[number]): Promise<void> {
    here.upstream.script({ text: `Good day, ${tab}.` });
    await open('tokens');
    const form = dialog().getByRole('form', { name: 'New token' });
    await form.getByRole('textbox', { name: 'Name' }).fill(`For ${tab}`);
    await form.getByRole('button', { name: 'Create token' }).click();
    const notice = dialog().getByRole('group', { name: `Token “For ${tab}”` });
    const token = await notice.locator('code').innerText();
    await dialog().getByRole('tab', { name: tab }).click();
    await dialog().getByRole('button', { name: 'Copy code' }).click();
    const code = await page.evaluate(() => navigator.clipboard.readText());
    expect(code).toContain(token);
    expect(code).toContain(here.server.url);
    const shown = dialog().getByRole('region', { name: `Code: ${tab}` });
    expect((await shown.innerText()).trim()).toBe(code.trim());

    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const path = join(folder, file);
    await writeFile(path, code);
    const child = spawn(command, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const output = await text(child.stdout);
    expect(tab === 'curl' ? textOfEvents(output) : output).toBe(`Good day, ${tab}.`);
    await rm(folder, { recursive: true });

    const row = dialog()
      .getByRole('list', { name: 'Tokens' })
      .getByRole('listitem')
      .filter({
        hasText: `For ${tab}`,
      });
    await page.reload();
    await expect.poll(() => row.innerText()).toMatch(/chat[^]*expires[^]*last used/);
    // It is shown once: the code has a place for it now.
    expect(await dialog().getByRole('region', { name: 'Code: curl' }).innerText()).toContain('$SLUICE_TOKEN');
    expect(await page.content()).not.toContain(token);
    await row.getByRole('button', { name: /^Revoke/ }).click();
    await row.getByRole('button', { name: /^Yes, revoke/ }).click();
    await expect.poll(() => row.innerText()).toContain('Revoked');
  }

  for (const program of programs) {
    it.skipIf(!isHere(program.probe))(
      `P3: the code in ${program.tab} runs as it stands, with the token that was just made`,
      () => tryCode(program),
    );
  }

  it('shows administrators what the server knows of models, and says that it cannot be changed there', async () => {
    await open('models');
    await dialog().getByText('It is changed in its configuration, not here.').waitFor();
    const rows = dialog().getByRole('group', { name: 'Table of models' }).getByRole('row');
    const row = rows.filter({ hasText: 'openai/gpt-4.1' }).first();
    expect(await row.innerText()).toMatch(
      /GPT-4\.1[^]*OpenAI[^]*1,047,576[^]*32,768[^]*\$2\.00 in, \$8\.00 out[^]*20\d\d[^]*openai\.com[^]*Images, Temperature[^]*Available/,
    );
    expect(await rows.filter({ hasText: 'Gemini' }).first().innerText()).toContain(
      'Gemini is not configured on this server',
    );
    await dialog().getByRole('searchbox', { name: 'Find a model' }).fill('haiku');
    await expect.poll(() => rows.count()).toBe(3);
    await dialog().getByRole('searchbox', { name: 'Find a model' }).fill('nothing of that name');
    await dialog().getByText('No model of that name.').waitFor();
  });
});
