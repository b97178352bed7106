/** English as it stands in the source → the same in another language, both as ICU messages. */
export type Catalogue = Readonly<Record<string, string>>;
