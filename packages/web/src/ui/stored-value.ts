/** Values kept in the browser. Storage can be forbidden or full; the page then works without it. */
function attempt<T>(access: () => T): T | null {
  try {
    return access();
  } catch {
    return null;
  }
}

export interface StoredValue {
  read: () => string | null;
  /** An empty value is removed. */
  write: (value: string) => void;
}

/** @param getStorage asked each time: even reading `window.localStorage` may throw */
export function storedValue(getStorage: () => Storage, key: string): StoredValue {
  return {
    read: () => attempt(() => getStorage().getItem(key)),
    write(value) {
      attempt(() => (value === '' ? getStorage().removeItem(key) : getStorage().setItem(key, value)));
    },
  };
}

/** Removes all values whose keys begin so. */
export function forgetStored(getStorage: () => Storage, prefix: string): void {
  attempt(() => {
    const storage = getStorage();
    for (const key of Object.keys(storage)) if (key.startsWith(prefix)) storage.removeItem(key);
  });
}
