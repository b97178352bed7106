/** Models of one provider can be asked by any name: what callers can invent is no label. */
const MAX_NAMES = 500;

/** Says under which name a model is counted: its own if it is listed, else `other`. */
export function createModelNames() {
  const known = new Set<string>();
  return {
    isListed: (_modelId: string): boolean => false,
    name(modelId: string): string {
      if (known.has(modelId)) return modelId;
      if (known.size >= MAX_NAMES || !this.isListed(modelId)) return 'other';
      known.add(modelId);
      return modelId;
    },
  };
}
