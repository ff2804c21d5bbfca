/**
 * Properties, from the wire straight into plain values.
 *
 * google-protobuf makes a message of every value and a sorted map of every object, and plain values only from those: for a stack of a thousand
 * resources several times the work of judging them. Here they are read as they come, by the same reader (google/protobuf/struct.proto).
 */

export type Plain = { readonly [key: string]: unknown };

/** A protobuf Struct, whose own types are not published. */
export interface Struct {
  toJavaScript(): Plain;
}

/** `jspb.BinaryReader` of google-protobuf. */
interface Reader {
  nextField(): boolean;
  isEndGroup(): boolean;
  getFieldNumber(): number;
  skipField(): void;
  readString(): string;
  readDouble(): number;
  readBool(): boolean;
  readMessage<Message>(message: Message, read: (message: Message, reader: Reader) => void): void;
}

export interface StructClass {
  deserializeBinaryFromReader(struct: Struct, reader: Reader): Struct;
}

const properties = new WeakMap<Struct, Plain>();

/** From now on whatever reads a Struct of this class in this process reads it so. */
export function readAtOnce(structs: StructClass): void {
  structs.deserializeBinaryFromReader = (struct, reader) => {
    const read = objectOf(reader);
    properties.set(struct, read);
    struct.toJavaScript = () => read;
    return struct;
  };
}

/**
 * Spares the SDK its own decoding of these properties: it decodes them for policies that read their arguments, and those of
 * this pack do not. To it the resource has none.
 */
export function keepFromSdk(struct: Struct | undefined): void {
  if (struct !== undefined) struct.toJavaScript = () => ({});
}

/** The properties, kept from the SDK or not. Throws where they were not read here: nothing known is no pass. */
export function plain(struct: Struct | undefined): Plain {
  if (struct === undefined) return {};
  const read = properties.get(struct);
  if (read === undefined) throw new Error("this version of @pulumi/policy reads properties in a way that carrierguard does not know");
  return read;
}

interface Entry {
  key: string;
  value: unknown;
}

/** By name: the engine writes the entries of a map in any order. */
function objectOf(reader: Reader): Plain {
  const entries: Entry[] = [];
  while (reader.nextField() && !reader.isEndGroup()) {
    if (reader.getFieldNumber() !== 1) reader.skipField();
    else {
      const entry: Entry = { key: "", value: null };
      reader.readMessage(entry, readEntry);
      entries.push(entry);
    }
  }
  entries.sort(byKey);
  const object: { [key: string]: unknown } = {};
  for (const { key, value } of entries) {
    if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    else object[key] = value;
  }
  return object;
}

function byKey(a: Entry, b: Entry): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function readEntry(entry: Entry, reader: Reader): void {
  while (reader.nextField() && !reader.isEndGroup()) {
    const field = reader.getFieldNumber();
    if (field === 1) entry.key = reader.readString();
    else if (field === 2) reader.readMessage(entry, readValue);
    else reader.skipField();
  }
}

/** Of the alternatives that a value has, the last one sent counts. */
function readValue(entry: { value: unknown }, reader: Reader): void {
  while (reader.nextField() && !reader.isEndGroup()) {
    switch (reader.getFieldNumber()) {
      case 2:
        entry.value = reader.readDouble();
        break;
      case 3:
        entry.value = reader.readString();
        break;
      case 4:
        entry.value = reader.readBool();
        break;
      case 5:
        reader.readMessage(entry, readObject);
        break;
      case 6:
        reader.readMessage(entry, readList);
        break;
      default:
        // 1 is null: what an entry is before anything is read.
        entry.value = null;
        reader.skipField();
    }
  }
}

function readObject(entry: { value: unknown }, reader: Reader): void {
  entry.value = objectOf(reader);
}

function readList(entry: { value: unknown }, reader: Reader): void {
  const items: unknown[] = [];
  while (reader.nextField() && !reader.isEndGroup()) {
    if (reader.getFieldNumber() !== 1) reader.skipField();
    else {
      const item = { value: null };
      reader.readMessage(item, readValue);
      items.push(item.value);
    }
  }
  entry.value = items;
}
