import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** The button's name stands in the page's contract; the model's name that is seen in it is its value, and described as such. */
const isByContract = (id: string, target: string) =>
  id === 'label-content-name-mismatch' && target === '.model-button';

/** @returns what axe finds wrong with a page as it is now, serious or critical: rule and the elements it is about */
export async function findBarriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes
        .filter(({ target }) => !isByContract(id, target.join(' ')))
        .map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    );
}
