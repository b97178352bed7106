import { describe, expect, it } from 'vitest';
import { hasChromium, watch } from './_support/browser.ts';
import { findBarriers } from './_support/axe.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('the description of the API', () => {
  const here = useBrowser({ role: 'user' });

  it('is drawn with nothing from elsewhere, and tries a route with a token', async () => {
    const page = await here.browser.newPage({ viewport: { width: 1300, height: 900 } });
    const seen = watch(page);
    await page.goto(`${here.server.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.locator('#auth-bearer-value').fill(here.server.token);
    await page.getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.getByRole('button', { name: 'Close', exact: true }).first().click();
    const route = page.locator('#operations-Chat-post-api-chat');
    await route.getByRole('button').first().click();
    here.upstream.script({ text: 'Because of the air.' });
    await route.getByRole('button', { name: 'Execute' }).click();
    await expect
      .poll(() => route.locator('.live-responses-table').innerText())
      .toContain('Because of the air.');
    expect(seen.problems).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(here.server.url).host]);
    await page.close();
  });

  it('has a page of errors, which the type of a problem leads to', async () => {
    const page = await here.browser.newPage({ viewport: { width: 360, height: 740 } });
    const seen = watch(page);
    const refused = await here.server.call('/api/chat', { body: {} });
    const { type } = (await refused.json()) as { type: string };
    await page.goto(here.server.url + type);
    const row = page.getByRole('row', { name: /^invalid_request/ });
    await expect.poll(() => row.evaluate((element) => element.matches(':target'))).toBe(true);
    expect(await row.innerText()).toContain('400');
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(seen.problems).toEqual([]);
    await page.close();
  });
});
