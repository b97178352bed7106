import { request as httpRequest } from 'node:http';
import type { SequencedEvent } from '@sluice/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iterateEvents, textOf } from '../packages/server/test/_support/start-server.ts';
import { account, hasChromium, launchBrowser, watch } from './_support/browser.ts';
import { composeStack } from './_support/compose-stack.ts';

// Run by `node scripts/run.mjs compose-check`, not by npm test.
const { url, compose, up, down, createToken, stats } = composeStack(['e2e/compose.fake-upstream.yml']);

describe('docker compose up', () => {
  let token: string;
  beforeAll(async () => {
    await up();
    token = await createToken();
  }, 900_000);
  afterAll(() => down(), 120_000);

  const ask = (script: object) =>
    fetch(`${url}/api/chat/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: `[[fake ${JSON.stringify(script)}]]` }),
    });

  it('hands frames on through nginx as they are sent', async () => {
    const events: SequencedEvent[] = [];
    const arrivals: number[] = [];
    for await (const event of iterateEvents(await ask({ tokens: 5, delayMs: 200 }))) {
      events.push(event);
      if (event.event.type === 'text-delta') arrivals.push(performance.now());
    }
    expect(textOf(events)).toBe(' t0 t1 t2 t3 t4');
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(80);
  });

  it('gives a whole backup of the running server', async () => {
    const lines = (await compose('exec', '-T', 'server', 'sluice', 'backup', '-')).split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ sluice: 'backup', format: 1 });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ end: true, rows: { api_tokens: 1 } });
  });

  it('closes the upstream call when the client leaves', async () => {
    const before = await stats();
    const request = httpRequest(`${url}/api/chat/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    request.on('error', () => undefined);
    request.end(JSON.stringify({ message: '[[fake {"tokens":500,"delayMs":20}]]' }));
    await expect.poll(async () => (await stats()).active, { timeout: 5000 }).toBe(1);
    request.destroy();
    await expect.poll(async () => (await stats()).active, { timeout: 5000 }).toBe(0);
    expect((await stats()).aborted).toBe(before.aborted + 1);
  });

  it.skipIf(!hasChromium)('lets a newcomer set up, sign in and be answered in a browser', async () => {
    const link = await compose('exec', '-T', 'server', 'sluice', 'setup-link');
    expect(link).toMatch(new RegExp(`^${url}/setup#code=`));
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const seen = watch(page);
      await page.goto(link);
      const form = page.getByRole('form', { name: 'Set up' });
      await form.getByRole('textbox', { name: 'Email' }).fill(account.email);
      await form.getByLabel('Password', { exact: true }).fill(account.password);
      await form.getByRole('button').last().click();
      await page.getByRole('textbox', { name: 'Message' }).fill('[[fake {"tokens":400,"delayMs":20}]]');
      await page.keyboard.press('Enter');
      const answer = page.getByRole('article', { name: 'Assistant' });
      await expect.poll(() => answer.innerText(), { timeout: 10_000 }).toContain('t5');
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await expect.poll(async () => (await stats()).active, { timeout: 5000 }).toBe(0);
      await page.reload();
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      expect(seen.problems).toEqual([]);
      expect([...seen.hosts]).toEqual([new URL(url).host]);
    } finally {
      await browser.close();
    }
  });

  it('keeps its users, tokens and secrets when the containers are made anew', async () => {
    await compose('up', '-d', '--wait', '--force-recreate');
    const response = await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ email: 'app@example.com' });
  }, 120_000);
});
