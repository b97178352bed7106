import type { Page } from 'playwright-core';

/** @returns what the status line has said from now on, each once as it came */
export async function recordStatus(page: Page): Promise<() => Promise<string[]>> {
  await page.getByRole('status', { name: 'Status' }).evaluate((line) => {
    const said: string[] = [];
    const note = () => {
      const text = line.firstChild?.textContent?.trim() ?? '';
      if (text !== '' && text !== said.at(-1)) said.push(text);
    };
    new MutationObserver(note).observe(line, { subtree: true, childList: true, characterData: true });
    Object.assign(globalThis, { saidInStatus: said });
  });
  return () => page.evaluate(() => (globalThis as unknown as { saidInStatus: string[] }).saidInStatus);
}
