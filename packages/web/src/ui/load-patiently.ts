const DELAYS_MS = [300, 1000, 3000];

/** Loads a part of the page; tries again when the network fails under it. @throws when it fails to the last */
export async function loadPatiently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (const delayMs of DELAYS_MS) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
  return load();
}
