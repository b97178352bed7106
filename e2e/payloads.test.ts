import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prove } from '../packages/server/test/_support/guarantees/prove.ts';
import { hasChromium, signIn, signInToApi } from './_support/browser.ts';
import { payloads, toAnswers } from './_support/payloads.ts';
import { useBrowser } from './_support/use-browser.ts';

const PER_ANSWER = 45;

/** What an answer is made of; `annotation` is a formula's source for those who cannot see it. */
const tags =
  'p h3 h4 h5 h6 ul ol li blockquote pre code span div a strong em del br hr table thead tbody tr th td input sup section button svg path math semantics annotation mrow mi mo mn ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder mover munderover mtable mtr mtd line'.split(
    ' ',
  );

interface Found {
  elements: string[];
  violations: string[];
}

/** What is wrong with the answers on the page, and what its policy has refused since it was loaded. */
async function inspect(page: Page): Promise<Found> {
  return page.evaluate((allowed) => {
    const elements: string[] = [];
    for (const element of document.querySelectorAll('.prose *')) {
      const name = element.localName;
      const { attributes } = element;
      const bad = Array.from(attributes, (attribute) => attribute.name).filter(
        (attribute) =>
          /^on|^srcdoc$|^xlink|^ping$|^formaction$/.test(attribute) ||
          (attribute === 'src' && name !== 'iframe'),
      );
      const href = element.getAttribute('href') ?? '';
      if (!allowed.includes(name)) elements.push(element.outerHTML.slice(0, 120));
      if (bad.length > 0 || (name === 'a' && !/^(?:https?:|mailto:|#\S*-(?:note|mark)-)/.test(href)))
        elements.push(element.outerHTML.slice(0, 120));
      if (/url\s*\(|expression|fixed/i.test(element.getAttribute('style') ?? ''))
        elements.push(element.outerHTML.slice(0, 120));
    }
    return { elements, violations: (window as unknown as { violations: string[] }).violations };
  }, tags);
}

describe.skipIf(!hasChromium)('hostile answers', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;
  const canaries: string[] = [];
  const strangers: string[] = [];

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1200, height: 800 } });
    await context.exposeFunction('noteCanary', (what: string) => canaries.push(what));
    await context.addInitScript(() => {
      const violations: string[] = [];
      Object.assign(window, {
        violations,
        canary: (what: unknown) =>
          (window as unknown as { noteCanary: (what: string) => void }).noteCanary(String(what)),
      });
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
        violations.push(`${violatedDirective} ${blockedURI} ${sample}`),
      );
    });
    page = await signIn(context, here.server.url);
    page.on('dialog', (dialog) => {
      canaries.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (/^(?:https?|wss?):$/.test(protocol) && host !== new URL(here.server.url).host)
        strangers.push(request.url());
    });
    context.on('page', (opened) => strangers.push(`opened ${opened.url()}`));
  });
  afterAll(() => context?.close());

  const isDone = () =>
    expect.poll(() => page.locator('[data-stream="done"]').count(), { timeout: 20_000 }).toBe(1);
  const ask = async (text: string, tokensPerWrite: number) => {
    const { completed } = here.upstream.stats;
    here.upstream.script({ text: `${text}\n`, tokensPerWrite });
    await page.getByRole('textbox', { name: 'Message' }).fill('Go on');
    await page.keyboard.press('Enter');
    await expect.poll(() => here.upstream.stats.completed, { timeout: 20_000 }).toBe(completed + 1);
    await isDone();
  };
  const findHarm = async () => {
    const { elements, violations } = await inspect(page);
    return [...elements, ...violations, ...canaries, ...strangers];
  };
  const expectHarmless = async () => expect(await findHarm()).toEqual([]);

  /** Scrolls over all of a page, so that whatever waits to be seen is seen. */
  const lookAtAll = (box: string) =>
    page.evaluate(async (selector) => {
      const element = document.querySelector(selector) ?? document.documentElement;
      for (element.scrollTop = element.scrollHeight; element.scrollTop > 0; element.scrollTop -= 700)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }, box);

  it(`G9: runs nothing, asks no stranger and breaks no policy for ${payloads.length} hostile payloads, whole, per token, reloaded and shared`, async () => {
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(300);
    const answers = toAnswers(PER_ANSWER);
    for (const tokensPerWrite of [1e6, 1]) {
      for (const answer of answers) await ask(answer, tokensPerWrite);
      await expectHarmless();
    }
    await page.reload();
    const log = page.getByRole('log');
    // Older answers come as they are scrolled to.
    const countShown = async () => {
      await log.evaluate((element) => (element.scrollTop = 0));
      return page.getByRole('article', { name: 'Assistant' }).count();
    };
    await expect.poll(countShown, { timeout: 20_000 }).toBe(answers.length * 2);
    await lookAtAll('[role="log"]');
    await expect.poll(() => page.locator('.katex').count()).toBeGreaterThan(0);
    await expectHarmless();
    await ask('The page **still** works.', 1);
    await expect
      .poll(() => page.getByRole('article', { name: 'Assistant' }).last().locator('strong').innerText())
      .toBe('still');

    const conversationId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const token = await signInToApi(here.server);
    const made = await here.server.call(`/api/conversations/${conversationId}/shares`, { token, body: {} });
    const share = (await made.json()) as { id: string };
    await page.goto(`${here.server.url}/share/${share.id}`);
    await expect
      .poll(() => page.getByRole('article', { name: 'Assistant' }).count(), { timeout: 20_000 })
      .toBe(answers.length * 2 + 1);
    await lookAtAll('html');
    await expect.poll(() => page.locator('.katex').count()).toBeGreaterThan(0);
    const harm = await findHarm();
    if (harm.length > 0) console.log(harm);
    prove('payloads', { found: harm.length, cases: new Set(payloads).size });
  });

  it('would notice', async () => {
    await page.evaluate(async () => {
      (window as unknown as { canary: (what: string) => void }).canary('control');
      await fetch('https://evil.test/control').catch(() => undefined);
      const image = new Image();
      image.src = 'https://evil.test/control.png';
    });
    await expect.poll(() => canaries).toEqual(['control']);
    await expect.poll(async () => (await inspect(page)).violations.join(' ')).toMatch(/connect-src.*img-src/);
  });
});
