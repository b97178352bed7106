import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { findBarriers } from './_support/axe.ts';
import { account, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const longAnswer = `# Rivers

A **river** flows, as [the book](https://example.com) says.

## Lengths

| River | km |
| --- | --: |
| Danube | 2850 |

\`\`\`ts
const length = 2850;
\`\`\`

1. One
2. Two
`;

/** A PNG of one dot. */
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

describe.skipIf(!hasChromium)('the page for everyone', () => {
  const here = useBrowser({ role: 'admin', name: 'Ada' });
  let context: BrowserContext;
  let page: Page;

  const open = async (options: Parameters<typeof here.browser.newContext>[0] = {}) => {
    context = await here.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    page = await signIn(context, here.server.url);
  };
  afterEach(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answers = () => page.getByRole('article', { name: 'Assistant' });
  const status = () => page.getByRole('status', { name: 'Status' });
  const ask = async (text: string) => {
    await composer().fill(text);
    await composer().press('Enter');
  };

  it('A1: reads nothing of a streaming answer out, and announces at most three times', async () => {
    await open();
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      const isLive = (node: Node | null): boolean => {
        const element = node instanceof Element ? node : (node?.parentElement ?? null);
        const region = element?.closest('[aria-live], [role=status], [role=alert], [role=log], output');
        if (region === null || region === undefined || element?.closest('[aria-hidden=true]')) return false;
        return region.getAttribute('aria-live') !== 'off' && region.closest('[aria-busy=true]') === null;
      };
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const element = target instanceof Element ? target : target.parentElement;
          const region = element?.closest('[role=status]');
          const heardIn = (node: Node) =>
            node instanceof Element && node.ariaHidden === 'true' ? '' : (node.textContent ?? '');
          // A region is heard as a whole, but for what is hidden in it.
          const text = [...(region?.childNodes ?? [target])].map(heardIn).join('');
          if (isLive(target) && text.trim() !== '') heard.push(text.trim());
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    const reasoning = 'First I think about it for a while, and then for a while longer. ';
    const text = `It is five hundred. Namely ${Array.from({ length: 500 }, (_, index) => ` t${index}`).join('')}`;
    here.upstream.script({ text, delayMs: 3, reasoning, reasoningDelayMs: 20, firstDelayMs: 300 });
    await ask('Count to five hundred');
    await expect.poll(() => status().innerText(), { timeout: 20_000 }).toMatch(/^Answer complete/);
    const log = page.getByRole('log', { name: 'Conversation' });
    expect(await log.getAttribute('aria-live')).toBe('off');
    const heard = await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    const said = heard.filter((text, index) => text !== heard[index - 1]);
    expect(said).toEqual([
      expect.stringMatching(/^Waiting for Claude/),
      'Generating',
      expect.stringMatching(/^Answer complete\s+It is five hundred\.$/),
    ]);
    expect(said.join()).not.toContain('t100');
  });

  it.each(['light', 'dark'] as const)(
    'A2: axe finds nothing serious on any screen in the %s theme',
    async (theme) => {
      context = await here.browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: theme });
      const anonymous = await context.newPage();
      await anonymous.goto(here.server.url);
      await anonymous.getByRole('form', { name: 'Sign in' }).waitFor();
      expect(await findBarriers(anonymous)).toEqual([]);
      await anonymous.goto(`${here.server.url}/setup`);
      await anonymous.getByRole('form', { name: 'Set up' }).waitFor();
      expect(await findBarriers(anonymous)).toEqual([]);
      await anonymous.close();

      page = await signIn(context, here.server.url);
      expect(await findBarriers(page)).toEqual([]);
      here.upstream.script({ text: longAnswer, reasoning: 'Rivers, then.' });
      await ask('Tell me of rivers');
      await expect.poll(() => status().innerText()).toMatch(/^Answer complete/);
      expect(await findBarriers(page)).toEqual([]);
      here.upstream.script({ text: 'Partly.', error: 'mid-stream' });
      await ask('And fail');
      await page.getByRole('alert').first().waitFor();
      expect(await findBarriers(page)).toEqual([]);
      for (const panel of ['account', 'tokens', 'usage', 'users', 'models', 'shortcuts', 'find']) {
        await page.goto(`${page.url().split('#')[0]}#${panel}`);
        await page.locator('dialog[open]').waitFor();
        await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
        expect(await findBarriers(page), panel).toEqual([]);
        await page.keyboard.press('Escape');
        await expect.poll(() => new URL(page.url()).hash).toBe('');
      }
      await page.getByRole('button', { name: 'Model', exact: true }).click();
      await page.getByRole('menu').waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press('Escape');

      const check = async (opener: () => Promise<unknown>, dialog: string | RegExp) => {
        await opener();
        await page.getByRole('dialog', { name: dialog }).waitFor();
        expect(await findBarriers(page), String(dialog)).toEqual([]);
      };
      await check(
        () => page.getByRole('button', { name: 'Chat settings', exact: true }).click(),
        'Chat settings',
      );
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Tell me of rivers' }).first().hover();
      await page.getByRole('button', { name: 'Options for Tell me of rivers' }).first().click();
      await check(() => page.getByRole('menuitem', { name: 'Share' }).click(), /Share/);
      await page.getByRole('button', { name: 'Create link' }).click();
      const link = page.getByRole('list', { name: 'Links' }).getByRole('link');
      const shared = await context.newPage();
      await shared.goto(await link.innerText());
      await shared.getByRole('article', { name: 'Assistant' }).first().waitFor();
      expect(await findBarriers(shared), 'shared page').toEqual([]);
      await shared.close();
      await page.keyboard.press('Escape');
      const image = { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') };
      await page.locator('.composer input[type=file]').setInputFiles(image);
      await page.getByRole('list', { name: 'Attached images' }).getByText('KB').waitFor();
      expect(await findBarriers(page), 'image chips').toEqual([]);
      await page.goto(`${page.url().split('#')[0]}#tokens`);
      const newToken = page.getByRole('form', { name: 'New token' });
      await newToken.getByRole('textbox', { name: 'Name' }).fill('Mine');
      await newToken.getByRole('button', { name: 'Create token' }).click();
      await page.getByRole('group', { name: 'Token “Mine”' }).waitFor();
      expect(await findBarriers(page), 'new token').toEqual([]);
      await page.keyboard.press('Escape');
      await page.setViewportSize({ width: 390, height: 800 });
      await check(() => page.getByRole('button', { name: 'Open conversations' }).click(), 'Sidebar');
    },
  );

  it.each([
    ['Settings', 'Settings: Ada'],
    ['Chat settings', 'Chat settings'],
  ])('A3: keeps the keyboard in the dialog %s, and gives it back', async (dialog, opener) => {
    await open();
    const button = page.getByRole('button', { name: opener });
    await button.focus();
    await page.keyboard.press('Enter');
    const opened = page.getByRole('dialog', { name: dialog, exact: true });
    await opened.getByRole('button', { name: 'Close' }).waitFor();
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press(presses % 3 === 2 ? 'Shift+Tab' : 'Tab');
      // Between its last and its first element a browser has its own.
      const isInside = await opened.evaluate(
        (element) => element.contains(document.activeElement) || document.activeElement === document.body,
      );
      expect(isInside).toBe(true);
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => opened.count()).toBe(0);
    await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('A2: makes each message an article that says who and when, with headings below h2', async () => {
    await open();
    here.upstream.script({ text: longAnswer });
    await ask('Tell me of rivers');
    await expect.poll(() => status().innerText()).toMatch(/^Answer complete/);
    const levels = await page.evaluate(() =>
      [...document.querySelectorAll('article h1, article h2, article h3, article h4')].map(
        ({ tagName }) => tagName,
      ),
    );
    expect(levels).toEqual(['H3', 'H4']);
    await page.reload();
    await expect.poll(() => page.getByRole('article').count()).toBe(2);
    for (const name of ['You', 'Assistant']) {
      const time = page.getByRole('article', { name }).locator('time');
      expect(Math.abs(Date.parse((await time.getAttribute('datetime')) ?? '') - Date.now())).toBeLessThan(
        60_000,
      );
    }
  });

  it('A4: moves nothing for those who want no motion', async () => {
    await open({ reducedMotion: 'reduce' });
    here.upstream.script({ tokens: 200, delayMs: 15 });
    await ask('Count');
    await expect.poll(() => answers().last().innerText()).toContain('t3');
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter(
          (animation) =>
            animation.playState === 'running' && (animation.effect?.getTiming().duration ?? 0) !== 0,
        )
        .map((animation) => (animation as CSSAnimation).animationName),
    );
    expect(moving).toEqual([]);
    const smooth = await page.evaluate(() =>
      [...document.querySelectorAll('*')].some(
        (element) => getComputedStyle(element).scrollBehavior === 'smooth',
      ),
    );
    expect(smooth).toBe(false);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
  });

  it.each([
    ['at 320 px', { viewport: { width: 320, height: 640 } }],
    ['at 200 % zoom', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ])('A4: needs no sideways scrolling %s', async (_, options) => {
    await open(options);
    here.upstream.script({ text: `${longAnswer}\n\`${'x'.repeat(300)}\`\n\n${'y'.repeat(300)}` });
    await ask('Tell me of rivers');
    await expect.poll(() => status().innerText()).toMatch(/^Answer complete/);
    const overflow = () =>
      page.evaluate(() => {
        const log = document.querySelector('[role=log]');
        const boxes = [document.documentElement, ...(log === null ? [] : [log])];
        return boxes.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
      });
    expect(await overflow()).toEqual([0, 0]);
    for (const panel of ['account', 'tokens', 'usage', 'users', 'shortcuts', 'find', 'menu']) {
      await page.goto(`${page.url().split('#')[0]}#${panel}`);
      await page.locator('dialog[open]').waitFor();
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
      const inside = await page
        .locator('dialog[open]')
        .evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
      expect([panel, inside, ...(await overflow())]).toEqual([panel, 0, 0, 0]);
      await page.keyboard.press('Escape');
      await expect.poll(() => new URL(page.url()).hash).toBe('');
    }
  });

  it('A8: walks through all of it without a complaint of the browser, and calls nobody else', async () => {
    context = await here.browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    const seen = watch(page);
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`${violatedDirective} ${blockedURI}`),
      );
    });
    await page.goto(here.server.url);
    await page.getByRole('textbox', { name: 'Email' }).fill(account.email);
    await page.getByLabel('Password', { exact: true }).fill(account.password);
    await page.keyboard.press('Enter');
    await composer().waitFor();
    here.upstream.script({
      text: `${longAnswer}\n![chart](https://images.example/a.png)\n\n$$a^2$$\n`,
      reasoning: 'Hm.',
    });
    await ask('Tell me of rivers');
    await expect.poll(() => status().innerText()).toMatch(/^Answer complete/);
    await answers().last().getByRole('button', { name: 'Regenerate' }).click();
    await expect.poll(() => page.getByText('2/2').count()).toBe(1);
    here.upstream.script({ tokens: 200, delayMs: 10 });
    await ask('Count');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await answers().last().getByRole('button', { name: 'Continue' }).click();
    await expect.poll(() => status().innerText(), { timeout: 10_000 }).toMatch(/^Answer complete/);
    for (const panel of ['account', 'tokens', 'usage', 'users', 'models', 'shortcuts', 'find']) {
      await page.goto(`${page.url().split('#')[0]}#${panel}`);
      await page.locator('dialog[open]').waitFor();
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
      await page.keyboard.press('Escape');
      await expect.poll(() => new URL(page.url()).hash).toBe('');
    }
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.reload();
    await expect.poll(() => answers().count()).toBe(2);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('form', { name: 'Sign in' }).waitFor();
    expect(seen.problems).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(here.server.url).host]);
  });
});
