import { expect, it } from 'vitest';
import { startServer } from '../packages/server/test/_support/start-server.ts';
import { account, hasChromium, launchBrowser, watch } from './_support/browser.ts';

it.skipIf(!hasChromium)(
  'a newcomer opens the setup link, makes the first account, asks, and is answered by the demo',
  async () => {
    await using server = await startServer();
    const code = await server.rooms.auth.createSetupCode();
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const seen = watch(page);
      // The network fails once, just as the page fetches its next part.
      await page.route('**/assets/workspace-*.js', (route) => route.abort('failed'), { times: 1 });
      await page.goto(`${server.url}/setup#code=${code}`);
      const form = page.getByRole('form', { name: 'Set up' });
      await form.getByRole('textbox', { name: 'Email' }).fill(account.email);
      await form.getByLabel('Password', { exact: true }).fill(account.password);
      expect(page.url()).not.toContain(code);
      await form.getByRole('button').last().click();
      await page.getByRole('textbox', { name: 'Message' }).fill('What is this?');
      await page.keyboard.press('Enter');
      const answer = page.getByRole('article', { name: 'Assistant' });
      await expect.poll(() => answer.innerText(), { timeout: 10_000 }).toMatch(/demo/i);
      const early = (await answer.innerText()).length;
      await expect.poll(async () => (await answer.innerText()).length).toBeGreaterThan(early);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await expect.poll(() => answer.innerText()).toMatch(/stopped/i);
      expect(seen.problems.filter((problem) => !problem.includes('ERR_FAILED'))).toEqual([]);
      expect([...seen.hosts]).toEqual([new URL(server.url).host]);
    } finally {
      await browser.close();
    }
  },
);
