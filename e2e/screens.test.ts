import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, signIn } from './_support/browser.ts';
import { type Look, compareLooks, readFont, takeLook } from './_support/look.ts';
import { useBrowser } from './_support/use-browser.ts';

/**
 * How the screens looked when somebody last looked at them. After a change that is meant, look at the pictures in e2e/screenshots/ and run
 *
 *     SLUICE_KEEP_SCREENS=1 npx vitest run --project e2e e2e/screens.test.ts
 */
const kept = new URL('screens.json', import.meta.url);
const pictures = new URL('screenshots/', import.meta.url);
const isKeeping = process.env['SLUICE_KEEP_SCREENS'] === '1';

/** What may differ with the fonts of that day, and with others, which break lines elsewhere. */
const MAX_DIFFERENCE = { sameFont: 0.01, otherFont: 0.08 };

const answer = `Rivers are measured along their **whole course**, from the [source](https://example.com) to the mouth.

## Lengths

| River | Length (km) | Countries |
| --- | --: | --- |
| Danube | 2,850 | Germany, Austria, Slovakia, Hungary, Croatia, Serbia, Romania |
| Rhine | 1,230 | Switzerland, Germany, France, Netherlands |

1. Find the source that is farthest away.
2. Follow the water.

\`\`\`ts
export function lengthOf(river: River): number {
  // metres, not feet
  return river.segments.reduce((sum, { metres }) => sum + metres, 0);
}
\`\`\`

The mean is $\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i$, as ever.
`;

const sizes = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];
const stages = sizes.flatMap((viewport) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme })),
);

describe.skipIf(!hasChromium).each(stages)(
  'the screens at $viewport.width px in the $colorScheme theme',
  ({ viewport, colorScheme }) => {
    const here = useBrowser({ role: 'admin', name: 'Ada' });
    let context: BrowserContext;
    let page: Page;
    let before: Record<string, Look>;
    const now: Record<string, Look> = {};

    beforeAll(async () => {
      before = JSON.parse(await readFile(kept, 'utf8').catch(() => '{}')) as Record<string, Look>;
      const isPhone = viewport.width < 500;
      const device = isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {};
      context = await here.browser.newContext({ viewport, colorScheme, ...device });
    });
    afterAll(async () => {
      await context.close();
      if (!isKeeping) return;
      const all = JSON.parse(await readFile(kept, 'utf8').catch(() => '{}')) as Record<string, Look>;
      await writeFile(kept, `${JSON.stringify({ ...all, ...now }, null, 2)}\n`);
    });

    const compare = async (screen: string) => {
      const name = `${screen}-${viewport.width}-${colorScheme}`;
      await page.evaluate(async () => document.fonts.ready);
      const { look, picture } = await takeLook(page);
      now[name] = look;
      await mkdir(pictures, { recursive: true });
      await writeFile(new URL(`${name}.png`, pictures), picture);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(sideways, name).toBeLessThanOrEqual(0);
      now['font'] = await readFont(page);
      if (isKeeping) return;
      const max = before['font'] === now['font'] ? MAX_DIFFERENCE.sameFont : MAX_DIFFERENCE.otherFont;
      expect(compareLooks(look, before[name] ?? ''), name).toBeLessThan(max);
    };

    it('look as they did: sign-in, a new chat, an answer', async () => {
      page = await context.newPage();
      await page.goto(here.server.url);
      await page.getByRole('form', { name: 'Sign in' }).waitFor();
      await compare('sign-in');
      await page.close();
      page = await signIn(context, here.server.url);
      // What is there to choose from has come.
      const model = page.getByRole('button', { name: 'Model', exact: true });
      await expect.poll(() => model.isEnabled()).toBe(true);
      await expect.poll(() => model.innerText()).not.toBe('');
      await compare('new-chat');
      here.upstream.script({ text: answer, reasoning: 'Rivers.' });
      await page.getByRole('textbox', { name: 'Message' }).fill('How long are the great rivers of Europe?');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Answer complete').waitFor();
      await page.locator('.katex, math').first().waitFor();
      await page.locator('code [class^="ink-"]').first().waitFor();
      await compare('answer');
    });

    it.each(['account', 'tokens', 'usage', 'users', 'models', 'shortcuts', 'find'])(
      'look as they did: %s',
      async (panel) => {
        await page.goto(`${page.url().split('#')[0]}#${panel}`);
        await page.locator('dialog[open]').waitFor();
        await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
        await compare(panel);
        await page.keyboard.press('Escape');
        await expect.poll(() => new URL(page.url()).hash).toBe('');
      },
    );
  },
);

describe('a look', () => {
  it('tells a lost button from edges of letters', () => {
    const white = 'f'.repeat(36 * 24);
    expect(compareLooks(white, white.replaceAll('f', 'e'))).toBe(0);
    const button = `${'0'.repeat(9)}${white.slice(9)}`;
    expect(compareLooks(white, button)).toBeGreaterThan(MAX_DIFFERENCE.sameFont);
    expect(compareLooks(white, '')).toBe(1);
  });
});
