import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { german } from '../packages/web/src/german/german.ts';
import { account, hasChromium, signIn } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

/** What a sentence of the page looks like, whatever is put into it; undefined where German says the same. */
const englishSentences = Object.entries(german).flatMap(([key, sentence]) => {
  const pattern = patternOf(key);
  const isTold = key.replaceAll(/\{[^{}]*\}/g, '').replaceAll(/[^a-z]/gi, '').length > 3;
  return pattern === patternOf(sentence) || !isTold ? [] : [new RegExp(`^${pattern}$`)];
});

/** A message without plurals as the source of an expression. */
function patternOf(message: string): string {
  if (message.includes(', plural,')) return '\\b\\B';
  return message
    .split(/\{\w+\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+');
}

const isEnglish = (text: string) => text !== '' && englishSentences.some((pattern) => pattern.test(text));

describe.skipIf(!hasChromium)('the frame of the page', () => {
  const here = useBrowser({ role: 'admin', name: 'Ada' });
  let context: BrowserContext;
  let page: Page;

  const open = async (options: Parameters<typeof here.browser.newContext>[0]) => {
    context = await here.browser.newContext(options);
    page = await signIn(context, here.server.url);
  };
  afterEach(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answers = () => page.getByRole('article', { name: 'Assistant' });
  const stopButton = () => page.getByRole('button', { name: 'Stop', exact: true });
  const hash = () => new URL(page.url()).hash;
  const ask = async (text: string) => {
    await composer().fill(text);
    await composer().press('Enter');
  };

  describe('on a phone', () => {
    beforeEach(() => open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }));

    const drawer = () => page.getByRole('dialog', { name: 'Sidebar' });
    const openDrawer = async () => {
      await page.getByRole('button', { name: 'Open conversations' }).tap();
      await drawer().getByRole('navigation', { name: 'Conversations' }).waitFor();
    };

    it('A5: the sidebar is a drawer that Esc, a swipe, a tap beside it and going back close', async () => {
      const isClosed = () => expect.poll(() => drawer().count()).toBe(0);
      const url = page.url();
      await openDrawer();
      await page.keyboard.press('Escape');
      await isClosed();
      await openDrawer();
      await page.goBack();
      await isClosed();
      await openDrawer();
      await page.touchscreen.tap(350, 400);
      await isClosed();
      await openDrawer();
      await drawer().evaluate((element) => {
        const touch = (type: string, x: number) => {
          const point = new Touch({ identifier: 1, target: element, clientX: x, clientY: 300 });
          const touches = type === 'touchend' ? [] : [point];
          element.dispatchEvent(new TouchEvent(type, { bubbles: true, touches, changedTouches: [point] }));
        };
        touch('touchstart', 260);
        for (const x of [240, 200, 140]) touch('touchmove', x);
        touch('touchend', 140);
      });
      await isClosed();
      await expect.poll(() => page.url()).toBe(url);
    });

    it('A5: what is chosen in the drawer takes its place in the history', async () => {
      await composer().fill('First question');
      await page.getByRole('button', { name: 'Send', exact: true }).tap();
      await expect.poll(() => answers().count()).toBe(1);
      await expect.poll(() => stopButton().count()).toBe(0);
      const first = page.url();
      await openDrawer();
      await drawer().getByRole('button', { name: 'New chat' }).tap();
      await expect.poll(() => drawer().count()).toBe(0);
      expect(page.url()).toBe(`${here.server.url}/`);
      await page.goBack();
      await expect.poll(() => page.url()).toBe(first);
      expect(await drawer().count()).toBe(0);
    });

    it('A5: Enter breaks the line, targets are large enough, and the viewport makes room for the keyboard', async () => {
      await composer().tap();
      await page.keyboard.type('one');
      await page.keyboard.press('Enter');
      await page.keyboard.type('two');
      expect(await composer().inputValue()).toBe('one\ntwo');
      expect(here.upstream.stats.requests).toBe(0);
      await page.getByRole('button', { name: 'Send', exact: true }).tap();
      await expect.poll(() => answers().count()).toBe(1);
      await expect.poll(() => stopButton().count()).toBe(0);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('button, a[href], input, select, summary')]
          .filter((element) => element.checkVisibility() && !element.classList.contains('sr-only'))
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ element, box }) => box.width > 1 && !element.matches('.skip-link') && box.height < 24)
          .map(({ element }) => element.outerHTML.slice(0, 80)),
      );
      expect(small).toEqual([]);
      const send = await page.getByRole('button', { name: 'Send', exact: true }).boundingBox();
      expect(Math.min(send?.width ?? 0, send?.height ?? 0)).toBeGreaterThanOrEqual(40);
      const viewport = await page.locator('meta[name=viewport]').getAttribute('content');
      expect(viewport).toContain('interactive-widget=resizes-content');
    });
  });

  describe('at a desk', () => {
    beforeEach(() => open({ viewport: { width: 1280, height: 800 }, locale: 'en-US' }));

    const fromTheTop = () =>
      page.locator('#root').evaluate((root) => {
        root.tabIndex = -1;
        root.focus();
      });

    it('A3: everything is reached by Tab with a visible ring, and the skip link leads to the composer', async () => {
      await page.reload();
      await composer().waitFor();
      await fromTheTop();
      await page.keyboard.press('Tab');
      const skip = page.getByRole('link', { name: 'Skip to the message box' });
      expect(await skip.evaluate((element) => element === document.activeElement)).toBe(true);
      expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      await expect
        .poll(() => composer().evaluate((element) => element === document.activeElement))
        .toBe(true);

      await fromTheTop();
      const reached = new Set<string>();
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const { name, hasRing } = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const ringed = [element, element.closest('label'), element.closest('.composer, .search-field')];
          const isRinged = (shown: Element | null) => {
            if (shown === null) return false;
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(shown);
            return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
          };
          const label = element.getAttribute('aria-label') ?? element.textContent ?? '';
          return { name: label.trim(), hasRing: element === document.body || ringed.some(isRinged) };
        });
        expect(hasRing, name).toBe(true);
        reached.add(name);
      }
      const names = [...reached];
      for (const name of ['New chat', 'Search conversations', 'Settings: Ada', 'Sign out', 'Message']) {
        expect(names).toContainEqual(expect.stringMatching(new RegExp(`^${name}`)));
      }
    });

    it('A6: says that it is offline, keeps the draft that is sent then, and sends it when asked again', async () => {
      await context.setOffline(true);
      const notice = page.getByText('You are offline. What you write is kept.');
      await notice.waitFor();
      await ask('Written on a train');
      const retry = page.getByRole('button', { name: 'Retry' });
      await retry.waitFor();
      expect(await composer().inputValue()).toBe('Written on a train');
      expect(here.upstream.stats.requests).toBe(0);
      await context.setOffline(false);
      await expect.poll(() => notice.count()).toBe(0);
      await retry.click();
      await expect.poll(() => here.upstream.stats.completed).toBe(1);
      await expect.poll(() => answers().count()).toBe(1);
      expect(await composer().inputValue()).toBe('');
    });

    it('A6: announces a new version of the page, never during a stream, and reloads only when asked to', async () => {
      await page.clock.install();
      await page.route(`${here.server.url}/`, async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace(/\/assets\/index-[^"]+\.js/, '/assets/index-newer.js');
        if (route.request().resourceType() === 'document') return route.continue();
        return route.fulfill({ response, body });
      });
      await page.reload();
      await composer().waitFor();
      here.upstream.script({ tokens: 300, delayMs: 15 });
      await ask('A long one');
      await expect.poll(() => answers().last().innerText()).toContain('t3');
      await page.clock.fastForward('01:00:01');
      await page.evaluate(() => dispatchEvent(new Event('focus')));
      const notice = page.getByText('There is a new version of this page.');
      await page.waitForTimeout(300);
      expect(await stopButton().count()).toBe(1);
      expect(await notice.count()).toBe(0);
      await stopButton().click();
      await notice.waitFor();
      await composer().fill('Not lost');
      await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()]);
      await expect.poll(() => composer().inputValue()).toBe('Not lost');
    });

    it('A7: renews a session silently, asks to sign in over the page when it is over, and keeps draft and stream', async () => {
      await page.clock.install();
      const renewals: string[] = [];
      page.on('request', (request) => request.url().endsWith('/refresh') && renewals.push(request.url()));
      await page.clock.fastForward('00:11:00');
      here.upstream.script({ tokens: 300, delayMs: 15 });
      await ask('Count on');
      await expect.poll(() => answers().last().innerText()).toContain('t3');
      expect(renewals).toHaveLength(1);

      await composer().fill('My next question');
      await context.clearCookies();
      await page.clock.fastForward('00:11:00');
      await page.getByRole('searchbox', { name: 'Search conversations' }).fill('count');
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
      await dialog.waitFor();
      const then = (await answers().last().innerText()).length;
      await expect.poll(async () => (await answers().last().innerText()).length).toBeGreaterThan(then + 20);
      expect(here.upstream.stats).toMatchObject({ active: 1, aborted: 0 });
      await dialog.getByLabel('Password', { exact: true }).fill(account.password);
      await page.keyboard.press('Enter');
      await expect.poll(() => dialog.count()).toBe(0);
      expect(await composer().inputValue()).toBe('My next question');
      await stopButton().click();
      await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    });

    it('keeps no draft and no settings for who signs in next', async () => {
      await composer().fill('Nobody else is to read this');
      await page.getByRole('button', { name: 'Chat settings', exact: true }).click();
      await page.getByLabel('System prompt', { exact: true }).fill('Nobody else, ever.');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      const marked = page.getByRole('button', { name: 'Chat settings', description: 'Not the default' });
      await marked.waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('form', { name: 'Sign in' }).waitFor();
      await page.getByRole('textbox', { name: 'Email' }).fill(account.email);
      await page.getByLabel('Password', { exact: true }).fill(account.password);
      await page.keyboard.press('Enter');
      await expect.poll(() => composer().inputValue()).toBe('');
      expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('Nobody else');
      expect(await marked.count()).toBe(0);
    });

    it('C8: finds conversations and commands by Ctrl+K, begins a chat by Ctrl+Shift+O, and lists the keys by ?', async () => {
      await ask('What do marmots eat?');
      await expect.poll(() => here.upstream.stats.completed).toBe(1);
      const chat = page.url();
      await page.keyboard.press('Control+Shift+O');
      await expect.poll(() => page.url()).toBe(`${here.server.url}/`);
      await page.keyboard.press('Control+k');
      const palette = page.getByRole('dialog', { name: 'Find' });
      await palette.getByRole('option', { name: 'What do marmots eat?' }).waitFor();
      await page.keyboard.type('marmot');
      await expect.poll(() => palette.getByRole('option').count()).toBe(1);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toMatch(new RegExp(`^${chat}`));
      await expect.poll(() => palette.count()).toBe(0);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('usage');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Usage' }).waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(hash).toBe('');
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(hash).toBe('');
      expect(await composer().inputValue()).toBe('');
    });

    it('C8: lets nothing typed after Ctrl+K fall into the message box, however slowly the palette loads', async () => {
      await page.route('**/assets/command-palette-*.js', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await route.continue();
      });
      await page.reload();
      await composer().waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('dark theme');
      await page.keyboard.press('Enter');
      const palette = page.getByRole('dialog', { name: 'Find' });
      await expect.poll(() => palette.getByRole('combobox').inputValue()).toBe('dark theme');
      expect(await composer().inputValue()).toBe('');
      expect(here.upstream.stats.requests).toBe(0);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
      await page.unrouteAll();
    });

    it('keeps a fault to the part that has it: a dialog that cannot be loaded says so, and the draft stays', async () => {
      await composer().fill('Still here');
      await page.route(/settings-dialog-[^/]*\.js/, (route) => route.abort());
      await page.goto(`${page.url()}#account`);
      const dialog = page.getByRole('dialog', { name: 'This part of the page failed' });
      await dialog.waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await composer().inputValue()).toBe('Still here');
      await page.unroute(/settings-dialog-[^/]*\.js/);
    });

    it('P5: speaks German without a reload, everywhere, and again after one', async () => {
      here.upstream.script({ text: 'Gern.', reasoning: 'Hm.' });
      await ask('Bitte');
      await expect.poll(() => here.upstream.stats.completed).toBe(1);
      await page.getByRole('combobox', { name: 'Language' }).selectOption('Deutsch');
      const english = async () => {
        const said = await page.evaluate(() => {
          const names = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap(
            (element) =>
              ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
          );
          return [...names, ...document.body.innerText.split('\n')].map((text) => text.trim());
        });
        return said.filter((text) => isEnglish(text));
      };
      await page.getByRole('button', { name: 'Neuer Chat' }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('de');
      // What people call things in a contract with their tests stays as it is in English; in German it is German.
      await expect.poll(english).toEqual([]);
      for (const panel of ['account', 'tokens', 'usage', 'users', 'models', 'shortcuts', 'find']) {
        await page.goto(`${page.url().split('#')[0]}#${panel}`);
        await page.locator('dialog[open]').waitFor();
        await expect.poll(english, { message: panel }).toEqual([]);
        await page.keyboard.press('Escape');
        await expect.poll(hash).toBe('');
      }
      await page.getByRole('button', { name: 'Modell', exact: true }).click();
      await page.getByRole('menu').waitFor();
      await expect.poll(english, { message: 'model menu' }).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Einstellungen des Chats' }).click();
      await page.locator('dialog[open]').waitFor();
      await expect.poll(english, { message: 'chat settings' }).toEqual([]);
      await page.keyboard.press('Escape');
      here.upstream.script({ text: 'Nur ein Teil', error: 'mid-stream' });
      await page.getByRole('textbox', { name: 'Nachricht' }).fill('Und dann?');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').first().waitFor();
      await expect.poll(english, { message: 'a failure' }).toEqual([]);
      await page.reload();
      await page.getByRole('button', { name: 'Neuer Chat' }).waitFor();
    });

    it.each([
      ['Dark theme', 'light', 'dark'],
      ['Light theme', 'dark', 'light'],
      ['System theme', 'dark', 'dark'],
    ] as const)('P5: has the %s from the first paint on, on a %s system', async (choice, system, shown) => {
      await page.emulateMedia({ colorScheme: shown });
      const colour = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const wanted = await colour();
      await page.emulateMedia({ colorScheme: system });
      await page.getByRole('radio', { name: choice }).check({ force: true });
      await page.addInitScript(() => {
        const frames: [atMs: number, colour: string][] = [];
        Object.assign(globalThis, { frames });
        const look = () => {
          frames.push([performance.now(), getComputedStyle(document.documentElement).backgroundColor]);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
      await page.reload();
      await composer().waitFor();
      const readPainted = () =>
        page.evaluate(() => {
          const { frames } = globalThis as unknown as { frames: [number, string][] };
          const firstPaintMs = performance.getEntriesByName('first-paint')[0]?.startTime ?? 0;
          // The frame that was painted first was drawn just before.
          const first = frames.findLastIndex(([atMs]) => atMs <= firstPaintMs);
          return frames.slice(Math.max(0, first)).map(([, seen]) => seen);
        });
      await expect.poll(async () => (await readPainted()).length).toBeGreaterThan(2);
      expect([...new Set(await readPainted())]).toEqual([wanted]);
    });
  });
});
