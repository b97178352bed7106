import type { Model, Price } from '@sluice/shared';
import { describeAbsence } from '../api/describe-absence.ts';
import { formatDate, formatNumber } from '../ui/format.ts';
import { t } from '../ui/text.ts';

interface CatalogueTableProps {
  models: readonly Model[];
  /** Those that are not shown as well: why one is missing is seen beside the others of its provider. */
  all: readonly Model[];
}

const dollars = (amount: number) =>
  formatNumber(amount, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
const countOrDash = (count: number | null) => (count === null ? '–' : formatNumber(count));

export function CatalogueTable({ models, all }: CatalogueTableProps) {
  if (models.length === 0) return <p className="text-ink-soft">{t('No model of that name.')}</p>;
  const columns = [t('Context'), t('Longest answer'), t('Price per M tokens'), t('Takes'), t('State')];
  return (
    <div className="figures-box" tabIndex={0} role="group" aria-label={t('Table of models')}>
      <table className="figures catalogue">
        <thead>
          <tr>
            {[t('Model'), ...columns].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow key={model.id} model={model} columns={columns} absence={describeAbsence(model, all)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ModelRowProps {
  model: Model;
  columns: readonly string[];
  /** Why it cannot be used; null when it can. */
  absence: string | null;
}

function ModelRow({ model, columns, absence }: ModelRowProps) {
  const { id, name, provider, providerName, aliases = [], contextWindow, maxOutputTokens, price } = model;
  const cells = [
    countOrDash(contextWindow),
    countOrDash(maxOutputTokens),
    <PriceFacts key="price" price={price} />,
    listCapabilities(model).join(', ') || '–',
    absence ?? t('Available'),
  ];
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="block text-sm font-normal text-ink-soft wrap-anywhere">
          {providerName ?? provider} · <code>{id}</code>
        </span>
        {aliases.length > 0 && (
          <span className="block text-sm font-normal text-ink-soft wrap-anywhere">
            {t('also {names}', { names: aliases.join(', ') })}
          </span>
        )}
      </th>
      {cells.map((cell, index) => (
        <td key={columns[index]} data-label={columns[index]}>
          {cell}
        </td>
      ))}
    </tr>
  );
}

function listCapabilities({ capabilities }: Model): string[] {
  const { images, reasoning, reasoningLevels, temperature } = capabilities;
  const levels = reasoningLevels.join(', ');
  return [
    ...(images ? [t('Images')] : []),
    ...(reasoning ? [levels === '' ? t('Reasoning') : t('Reasoning ({levels})', { levels })] : []),
    ...(temperature ? [t('Temperature')] : []),
  ];
}

function PriceFacts({ price }: { price: Price | null }) {
  if (price === null) return '–';
  const { inputPerMTok, outputPerMTok, longContext, asOf, source } = price;
  const day =
    asOf === undefined ? null : formatDate(`${asOf}T00:00:00Z`, { dateStyle: 'medium', timeZone: 'UTC' });
  return (
    <>
      {t('{input} in, {output} out', { input: dollars(inputPerMTok), output: dollars(outputPerMTok) })}
      {longContext !== undefined && (
        <span className="block text-sm text-ink-soft">
          {t('beyond {count} tokens: {input} in, {output} out', {
            count: formatNumber(longContext.overInputTokens),
            input: dollars(longContext.inputPerMTok),
            output: dollars(longContext.outputPerMTok),
          })}
        </span>
      )}
      {(day !== null || source !== undefined) && (
        <span className="block text-sm text-ink-soft wrap-anywhere">
          {day} {source !== undefined && <PriceSource source={source} />}
        </span>
      )}
    </>
  );
}

function PriceSource({ source }: { source: string }) {
  if (!source.startsWith('https://')) return source;
  const host = URL.canParse(source) ? new URL(source).host : source;
  return (
    <a href={source} target="_blank" rel="noopener noreferrer" className="underline underline-offset-2">
      {host}
    </a>
  );
}
