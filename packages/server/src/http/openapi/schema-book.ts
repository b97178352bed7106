import * as z from 'zod';
import { fieldNotes } from './field-notes.ts';
import { namedSchemas } from './named-schemas.ts';

/** Of a JSON Schema (draft 2020-12), what an OpenAPI 3.1 document holds of it. */
export type JsonSchema = Record<string, unknown>;

/** What a reader of the document may be asked for or told, as JSON Schemas that name each other. */
export class SchemaBook {
  readonly #written: Record<string, JsonSchema>;
  readonly #names = new Map<z.core.$ZodType, string>();

  /** @param schemas all that stand anywhere in the document */
  constructor(schemas: Iterable<z.core.$ZodType>) {
    const registry = z.registry<{ id: string }>();
    const add = (schema: z.core.$ZodType, id: string) => {
      if (this.#names.has(schema)) return;
      this.#names.set(schema, id);
      registry.add(schema, { id });
    };
    for (const [id, schema] of Object.entries(namedSchemas)) add(schema, id);
    let count = 0;
    for (const schema of schemas) add(schema, `unnamed-${++count}`);
    // What is sent and what is told is the same but for transforms; those who read ignore what they do not know.
    const written = z.toJSONSchema(registry, {
      uri: (id) => `#/components/schemas/${id}`,
      io: 'input',
      unrepresentable: 'any',
    });
    this.#written = written.schemas as Record<string, JsonSchema>;
  }

  /** @returns the schema itself, or where it stands if it has a name */
  refer(schema: z.core.$ZodType): JsonSchema {
    const name = this.#names.get(schema) ?? '';
    return name in namedSchemas ? { $ref: `#/components/schemas/${name}` } : this.#read(name);
  }

  /** Those with names, by name. */
  get components(): Record<string, JsonSchema> {
    const names = Object.keys(namedSchemas);
    return Object.fromEntries(names.map((name) => [name, annotate(this.#read(name), fieldNotes[name])]));
  }

  #read(name: string): JsonSchema {
    const { $schema: _schema, $id: _id, ...schema } = this.#written[name] ?? {};
    return schema;
  }
}

/** @param notes what people read of each field */
function annotate(schema: JsonSchema, notes: Readonly<Record<string, string>> = {}): JsonSchema {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) return schema;
  const annotated = Object.entries(properties).map(([field, property]) => [
    field,
    notes[field] === undefined ? property : { ...property, description: notes[field] },
  ]);
  return { ...schema, properties: Object.fromEntries(annotated) };
}
