import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { startBreakableProxy } from '../packages/server/test/_support/breakable-proxy.ts';
import { pointAt, startServer } from '../packages/server/test/_support/start-server.ts';
import { account, hasChromium, signIn } from './_support/browser.ts';
import { recordStatus } from './_support/record-status.ts';
import { useBrowser } from './_support/use-browser.ts';

const answer = (page: Page) => page.getByRole('article', { name: 'Assistant' }).last();
const answerText = (page: Page) => answer(page).locator('p').first().innerText();
const ask = async (page: Page, text: string) => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
/** What the fake upstream says in so many tokens. */
const tokens = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`).join(' ');

describe.skipIf(!hasChromium)('a page that comes back to its answer', () => {
  const here = useBrowser({ role: 'user' });

  it('S7: says that it reconnects when the connection is killed, and goes on without a lost or repeated token', async () => {
    await using proxy = await startBreakableProxy(here.server.url);
    const context = await here.browser.newContext();
    const page = await signIn(context, proxy.url);
    const said = await recordStatus(page);
    here.upstream.script({ tokens: 150, delayMs: 20 });
    await ask(page, 'Through a tunnel');
    await expect.poll(() => answerText(page)).toContain('t20');
    proxy.breakAll();
    await expect.poll(() => answerText(page), { timeout: 10_000 }).toContain('t149');
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    expect(await answerText(page)).toBe(tokens(150));
    const texts = (await said()).join(' | ');
    expect(texts).toMatch(/Generating \| Reconnecting… \| Connection resumed \|.*Answer complete$/);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(here.upstream.stats).toMatchObject({ requests: 1, aborted: 0, completed: 1 });
    // Byte for byte what the server has.
    await page.reload();
    await expect.poll(() => answerText(page)).toBe(tokens(150));
    await context.close();
  });

  it('S7: finds its run again after a sleep of which its connection has not been told', async () => {
    await using proxy = await startBreakableProxy(here.server.url);
    const context = await here.browser.newContext();
    const page = await signIn(context, proxy.url);
    await page.clock.install();
    await page.reload();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    here.upstream.script({ tokens: 200, delayMs: 20 });
    await ask(page, 'Sleep well');
    await expect.poll(() => answerText(page)).toContain('t10');
    proxy.silenceAll();
    const before = await answerText(page);
    await page.clock.fastForward(30_000);
    expect((await answerText(page)).length).toBeLessThan(before.length + 100);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await expect.poll(() => answerText(page), { timeout: 10_000 }).toBe(tokens(200));
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(here.upstream.stats).toMatchObject({ requests: 1, aborted: 0 });
    await context.close();
  });

  it('S8: says after a restart of the server what is missing, and goes on from there', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-restart-'));
    const start = (port: string) =>
      startServer({ ...pointAt(here.upstream), DATA_DIR: dataDir, PORT: port, DRAIN_MS: '100' });
    let server = await start('0');
    try {
      await server.rooms.auth.createUser({ ...account, role: 'user' });
      const context = await here.browser.newContext();
      const page = await signIn(context, server.url);
      here.upstream.script({ tokens: 5000, delayMs: 15 });
      await ask(page, 'Until you restart');
      await expect.poll(() => answerText(page)).toContain('t20');
      await server[Symbol.asyncDispose]();
      server = await start(new URL(server.url).port);
      await expect
        .poll(() => answer(page).innerText(), { timeout: 20_000 })
        .toMatch(/t0 t1 t2[^]*Interrupted: the server stopped/);
      here.upstream.script({ text: 'and that was all.' });
      await page.getByRole('button', { name: 'Continue', exact: true }).click();
      await expect.poll(() => answer(page).innerText()).toMatch(/t0 t1 t2[^]*and that was all\./);
      expect(await page.getByRole('article', { name: 'Assistant' }).count()).toBe(1);
      await context.close();
    } finally {
      await server[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
