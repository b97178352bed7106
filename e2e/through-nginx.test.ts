import { expect, it } from 'vitest';
import { startFakeUpstream } from '../packages/server/test/_support/fake-upstream.ts';
import { hasNginx, startNginx } from '../packages/server/test/_support/start-nginx.ts';
import { pointAt, startServer } from '../packages/server/test/_support/start-server.ts';
import { account, hasChromium, launchBrowser, signIn, watch } from './_support/browser.ts';

it.skipIf(!hasChromium || !hasNginx)(
  'the page works through nginx: text grows as it is written, Stop closes the upstream call',
  async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), TRUST_PROXY: '1' });
    await using nginx = await startNginx(server.url);
    await server.rooms.auth.createUser({ ...account, role: 'user' });
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext();
      const page = await signIn(context, nginx.url);
      const seen = watch(page);
      upstream.script({ tokens: 400, delayMs: 15 });
      await page.getByRole('textbox', { name: 'Message' }).fill('Count for me');
      await page.keyboard.press('Enter');
      const answer = page.getByRole('article', { name: 'Assistant' });
      await expect.poll(() => answer.innerText()).toContain('t3');
      const early = (await answer.innerText()).length;
      await expect.poll(async () => (await answer.innerText()).length).toBeGreaterThan(early + 20);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await expect.poll(() => upstream.stats).toMatchObject({ active: 0, aborted: 1 });
      await expect.poll(() => answer.innerText()).toMatch(/stopped/i);
      upstream.script({ text: '```ts\nconst a = 1;\n```\n\nand $x^2$.' });
      await page.getByRole('textbox', { name: 'Message' }).fill('Code, please');
      await page.keyboard.press('Enter');
      await expect.poll(() => answer.last().locator('.ink-keyword').count()).toBeGreaterThan(0);
      await expect.poll(() => answer.last().locator('.katex').count()).toBe(1);
      await page.reload();
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      expect(seen.problems).toEqual([]);
      expect([...seen.hosts]).toEqual([new URL(nginx.url).host]);
    } finally {
      await browser.close();
    }
  },
);
