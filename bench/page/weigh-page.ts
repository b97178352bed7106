import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';

const KIB = 1024;

/** Loads a page, and weighs what it takes until `isReady`, gzipped, in KiB. */
export async function weighPage(
  page: Page,
  { url, isReady }: { url: string; isReady: () => Promise<void> },
): Promise<{ script: number; style: number }> {
  const weights = { script: 0, style: 0 };
  const pending: Promise<void>[] = [];
  const weigh = async (response: Response, kind: keyof typeof weights) => {
    const body = await response.body();
    weights[kind] += gzipSync(body).length / KIB;
  };
  const note = (response: Response) => {
    // What the browser has already weighs nothing, and has no body.
    if (!response.ok()) return;
    const type = response.request().resourceType();
    if (type === 'script') pending.push(weigh(response, 'script'));
    if (type === 'stylesheet') pending.push(weigh(response, 'style'));
  };
  page.on('response', note);
  await page.goto(url);
  await isReady();
  await Promise.all(pending);
  page.off('response', note);
  return weights;
}
