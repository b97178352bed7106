import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Watch, account, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('conversations that stay', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterEach(() => {
    expect(seen.problems).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(here.server.url).host]);
  });

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answers = () => page.getByRole('article', { name: 'Assistant' });
  const prompts = () => page.getByRole('article', { name: 'You' });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const nav = () => page.getByRole('navigation', { name: 'Conversations' });
  const listed = (title: string | RegExp) => nav().getByRole('link', { name: title });
  const answerText = () => answers().last().innerText();
  /** Asks, and waits for the whole answer. */
  const ask = async (text: string, answer: string, markdown = answer) => {
    here.upstream.script({ text: markdown });
    await composer().fill(text);
    await composer().press('Enter');
    await expect.poll(answerText).toContain(answer);
    await button('Send').waitFor();
  };
  const act = async (title: string, action: string) => {
    await listed(title).hover();
    await nav()
      .getByRole('button', { name: `Options for ${title}` })
      .click();
    await page.getByRole('menuitem', { name: action }).click();
  };

  it('L3: keeps a conversation over a reload, under its own address, and goes back and forward', async () => {
    await ask('First of two questions', 'First answer.');
    const address = page.url();
    expect(new URL(address).pathname).toMatch(/^\/c\/[\w-]+$/);
    await expect.poll(() => page.title()).toContain('First of two questions');
    await page.reload();
    await expect.poll(answerText).toContain('First answer.');
    expect(await prompts().allInnerTexts()).toEqual([expect.stringContaining('First of two questions')]);
    await ask('And the second', 'Second answer.');
    const sent = JSON.stringify(here.upstream.lastReceived.body);
    for (const part of ['First of two', 'First answer', 'And the second']) expect(sent).toContain(part);

    await button('New chat').click();
    await expect.poll(() => answers().count()).toBe(0);
    await page.goBack();
    await expect.poll(() => answers().count()).toBe(2);
    expect(page.url()).toBe(address);
    await page.goForward();
    await expect.poll(() => answers().count()).toBe(0);
    await listed('First of two questions').click();
    await expect.poll(() => answers().count()).toBe(2);
  });

  it('lets one chat stream while another one is looked at', async () => {
    here.upstream.script({ tokens: 60, delayMs: 20 });
    await composer().fill('Count slowly');
    await composer().press('Enter');
    await expect.poll(answerText).toContain('t3');
    await button('New chat').click();
    const marks = () => nav().getByRole('img', { name: 'Answering' }).count();
    await expect.poll(marks).toBe(1);
    await ask('Meanwhile', 'Something else.');
    await listed('Count slowly').click();
    await expect.poll(answerText).toContain('t59');
    expect(here.upstream.stats.aborted).toBe(0);
  });

  it('M2: keeps edited and regenerated branches, and which of them was shown, over a reload', async () => {
    await ask('Which tree?', 'An oak.');
    await answers().last().hover();
    here.upstream.script({ text: 'A birch.' });
    await answers().last().getByRole('button', { name: 'Regenerate' }).click();
    await expect.poll(answerText).toContain('A birch.');
    await expect.poll(answerText).toContain('2/2');
    await button('Send').waitFor();
    here.upstream.script({ text: 'A tulip.' });
    await prompts().last().hover();
    await prompts().last().getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Edit prompt' }).fill('Which flower?');
    await page.keyboard.press('Enter');
    await expect.poll(answerText).toContain('A tulip.');
    await button('Send').waitFor();
    await page.reload();
    await expect.poll(answerText).toContain('A tulip.');
    await prompts().last().hover();
    await prompts().last().getByRole('button', { name: 'Previous version' }).click();
    await expect.poll(answerText).toContain('A birch.');
    await answers().last().getByRole('button', { name: 'Previous version' }).click();
    await expect.poll(answerText).toContain('An oak.');
    await page.reload();
    await expect.poll(answerText).toContain('An oak.');
    expect(await prompts().last().innerText()).toContain('Which tree?');
  });

  it('M3: goes on with a stopped answer in the same message, also after a reload', async () => {
    here.upstream.script({ tokens: 400, delayMs: 15 });
    await composer().fill('Count for long');
    await composer().press('Enter');
    await expect.poll(answerText).toContain('t3');
    await button('Stop').click();
    await button('Continue').waitFor();
    await page.reload();
    await expect.poll(answerText).toMatch(/t0 t1 t2 t3[^]*Stopped/);
    here.upstream.script({ text: 'and that was all.' });
    await button('Continue').click();
    await expect.poll(answerText).toMatch(/t0 t1 t2 t3[^]*and that was all\./);
    await button('Send').waitFor();
    expect(await answers().count()).toBe(1);
    expect(await answerText()).not.toContain('Stopped');
    await page.reload();
    await expect.poll(answerText).toMatch(/t0 t1 t2 t3[^]*and that was all\./);
    expect(await answers().count()).toBe(1);
    expect(await button('Continue').count()).toBe(0);
  });

  /** What the fake upstream says in so many tokens. */
  const tokens = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`).join(' ');
  const wholeText = (of: Page) => of.getByRole('article', { name: 'Assistant' }).last().locator('p').first();

  it('S8: goes on showing a running answer after a reload in the middle, without a lost or repeated token', async () => {
    here.upstream.script({ tokens: 120, delayMs: 20 });
    await composer().fill('Do not lose anything');
    await composer().press('Enter');
    await expect.poll(answerText).toContain('t9');
    await page.reload();
    await expect.poll(answerText).toContain('t30');
    expect(await answerText()).not.toContain('t119');
    await button('Stop').waitFor();
    await expect.poll(answerText, { timeout: 10_000 }).toContain('t119');
    await button('Send').waitFor();
    expect((await wholeText(page).innerText()).trim()).toBe(tokens(120));
    expect(here.upstream.stats).toMatchObject({ requests: 1, aborted: 0, completed: 1 });
  });

  it('S9: shows in two tabs what is asked, stopped and renamed in one of them', async () => {
    await ask('Two of us', 'Both are welcome.');
    const other = await context.newPage();
    try {
      await other.goto(page.url());
      await expect.poll(() => wholeText(other).innerText()).toContain('Both are welcome.');
      here.upstream.script({ tokens: 400, delayMs: 20 });
      await composer().fill('And now slowly');
      await composer().press('Enter');
      await expect.poll(() => wholeText(other).innerText()).toContain('t5');
      await other.getByRole('button', { name: 'Stop', exact: true }).click();
      await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
      await button('Send').waitFor();
      await other.getByRole('button', { name: 'Send', exact: true }).waitFor();
      expect(await wholeText(page).innerText()).toBe(await wholeText(other).innerText());
      await listed('Two of us').press('F2');
      await page.keyboard.type('The two of us');
      await page.keyboard.press('Enter');
      await expect.poll(() => other.title()).toContain('The two of us');
      await listed('The two of us').press('Delete');
      await other.getByRole('heading', { name: 'Conversation not found' }).waitFor({ timeout: 10_000 });
    } finally {
      await other.close();
    }
  });

  it('L5: archives, and takes out of the archive, what was renamed and pinned', async () => {
    await ask('A working title', 'Yes.');
    await act('A working title', 'Rename');
    await page.keyboard.type('The final title');
    await page.keyboard.press('Escape');
    await listed('A working title').waitFor();
    await listed('A working title').press('F2');
    await page.keyboard.type('The final title');
    await page.keyboard.press('Enter');
    await listed('The final title').waitFor();
    await expect.poll(() => page.title()).toContain('The final title');
    await act('The final title', 'Pin');
    const pinned = nav().getByRole('list', { name: 'Pinned' });
    await expect.poll(() => pinned.innerText()).toContain('The final title');
    await page.reload();
    await expect.poll(() => pinned.innerText()).toContain('The final title');
    await act('The final title', 'Archive');
    await expect.poll(() => listed('The final title').count()).toBe(0);
    await button('Archived').click();
    await listed('The final title').waitFor();
    await act('The final title', 'Unarchive');
    await button('All conversations').click();
    await listed('The final title').waitFor();
    expect(await button('Archived').getAttribute('aria-pressed')).toBe('false');
  });

  it('says on a phone which conversation is open', async () => {
    await ask('Where am I?', 'Here.');
    await page.setViewportSize({ width: 390, height: 844 });
    const header = page.locator('main > header');
    await expect.poll(() => header.innerText()).toContain('Where am I?');
    await header.getByRole('button', { name: 'New chat' }).click();
    await expect.poll(() => header.innerText()).toContain('Sluice');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('L1: deletes after a time in which it can be undone, and at once when the page is left', async () => {
    await ask('To be deleted', 'Very well.');
    const address = page.url();
    await listed('To be deleted').press('Delete');
    await expect.poll(() => listed('To be deleted').count()).toBe(0);
    await expect.poll(() => answers().count()).toBe(0);
    await button('Undo').click();
    await listed('To be deleted').waitFor();
    expect(page.url()).toBe(address);
    await expect.poll(answerText).toContain('Very well.');
    await act('To be deleted', 'Delete');
    await button('Undo').waitFor();
    await page.goto(`${here.server.url}/`);
    await composer().waitFor();
    expect(await listed('To be deleted').count()).toBe(0);
    await page.goto(address);
    await page.getByRole('heading', { name: 'Conversation not found' }).waitFor();
    seen.problems.splice(0);
  });

  it('L2: finds words of messages, Japanese ones too, and marks them', async () => {
    await ask('Tell me of Kyoto', 'The old capital has a marvellous philosopher’s path.');
    await ask('もう一度お願いします', '今日の東京は天気がいいです。');
    await ask('Thank you', 'You are welcome.');
    const search = page.getByRole('searchbox', { name: 'Search conversations' });
    for (const word of ['marvel', '天気']) {
      await search.fill(word);
      await expect.poll(() => nav().locator('mark').first().innerText()).toContain(word);
      expect(await nav().getByRole('list', { name: 'Found' }).getByRole('listitem').count()).toBe(1);
    }
    await search.fill('nothing of that kind');
    await nav().getByText('Nothing found.').waitFor();
    await search.fill('');
    await nav().getByRole('list', { name: 'Today' }).waitFor();
  });

  it('L5: shares a conversation with whoever has the link, until it is revoked', async () => {
    await ask('Worth sharing?', 'Certainly worth it.', 'Certainly **worth** it.');
    await act('Worth sharing?', 'Share');
    const dialog = page.getByRole('dialog', { name: /Share/ });
    await dialog.getByRole('button', { name: 'Create link' }).click();
    const link = dialog.getByRole('list', { name: 'Links' }).getByRole('link');
    const url = await link.innerText();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(url);

    const stranger = await here.browser.newContext();
    const reader = await stranger.newPage();
    const readerSeen = watch(reader);
    await reader.goto(url);
    const answer = reader.getByRole('article', { name: 'Assistant' });
    await expect.poll(() => answer.innerText()).toContain('Certainly worth it.');
    expect(await answer.locator('strong').innerText()).toBe('worth');
    expect(await answer.locator('footer').innerText()).not.toContain('/');
    expect(await reader.getByRole('textbox').count()).toBe(0);
    expect(await reader.content()).not.toContain(account.email);
    expect(readerSeen.problems).toEqual([]);

    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(() => link.count()).toBe(0);
    await reader.reload();
    await reader.getByRole('heading', { name: 'This link leads nowhere' }).waitFor();
    await stranger.close();
  });

  it('L5: exports a conversation, and imports what it exported', async () => {
    await ask('Keep a copy of this', 'With pleasure.');
    const markdown = page.waitForEvent('download');
    await act('Keep a copy of this', 'Export as Markdown');
    expect(await readFile(await (await markdown).path(), 'utf8')).toMatch(/Keep a copy[^]*With pleasure\./);
    const json = page.waitForEvent('download');
    await act('Keep a copy of this', 'Export as JSON');
    const file = await json;
    expect(file.suggestedFilename()).toBe('Keep a copy of this.json');
    await nav()
      .getByLabel('File to import')
      .setInputFiles({
        name: 'export.json',
        mimeType: 'application/json',
        buffer: await readFile(await file.path()),
      });
    const dialog = page.getByRole('dialog', { name: 'Import' });
    await dialog.getByText('Imported 1 conversation with 2 messages.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => listed('Keep a copy of this').count()).toBe(2);
    await listed('Keep a copy of this').first().click();
    await expect.poll(answerText).toContain('With pleasure.');
  });

  it('leaves nothing in the list of a question that was refused, keeps it over a reload, and asks it again', async () => {
    const limit = { subject: 'default', period: 'day', unit: 'requests' } as const;
    await here.server.rooms.limits.change({ ...limit, amount: 0 });
    await composer().fill('May I ask?');
    const isGone = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await composer().press('Enter');
    await page.getByRole('alert').waitFor();
    expect((await isGone).status()).toBe(204);
    expect(new URL(page.url()).pathname).toBe('/');
    expect(await composer().inputValue()).toBe('');
    await page.reload();
    await expect.poll(() => composer().inputValue()).toBe('May I ask?');
    await composer().press('Enter');
    await page.getByRole('alert').waitFor();
    await here.server.rooms.limits.change({ ...limit, amount: null });
    seen.problems.splice(0);
    here.upstream.script({ text: 'You may.' });
    await button('Retry').click();
    await expect.poll(answerText).toContain('You may.');
    await listed('May I ask?').waitFor();
    await page.reload();
    await listed('May I ask?').waitFor();
    expect(await listed('Untitled').count()).toBe(0);
    await button('New chat').click();
    expect(await composer().inputValue()).toBe('');
  });

  it('says plainly that somebody else’s conversation is not there', async () => {
    const response = await here.server.call('/api/conversations', { body: {} });
    const { id } = (await response.json()) as { id: string };
    await page.goto(`${here.server.url}/c/${id}`);
    await page.getByRole('heading', { name: 'Conversation not found' }).waitFor();
    seen.problems.splice(0);
    await page.getByRole('link', { name: 'Start a new chat' }).click();
    await composer().waitFor();
  });
});
