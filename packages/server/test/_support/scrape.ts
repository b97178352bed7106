/** What Prometheus would be told. @returns the values by the names of their lines, labels included as they are written */
export async function scrape({ metricsUrl = '' }: { metricsUrl?: string | undefined }) {
  const page = await (await fetch(metricsUrl)).text();
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at))];
    }),
  );
}
