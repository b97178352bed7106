import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** One element of DER (X.690): tag, length, content. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: Buffer[]) => der(0x30, ...content);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (date: Date) =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const bitString = (bytes: Buffer) => der(0x03, Buffer.from([0]), bytes);
const pem = (label: string, bytes: Buffer) =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
const dayMs = 86_400_000;

/** @returns a key made now and its self-signed certificate for 127.0.0.1, both PEM; valid for a day */
export function createFakeCertificate(): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = describeHolder(publicKey);
  const cert = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pem('CERTIFICATE', cert),
  };
}

/** TBSCertificate of RFC 5280, version 3, with 127.0.0.1 as its alternative name. */
function describeHolder(publicKey: KeyObject): Buffer {
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([1]), randomBytes(8));
  const name = sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from('fake upstream')))));
  const validity = sequence(utcTime(new Date(Date.now() - dayMs)), utcTime(new Date(Date.now() + dayMs)));
  const holder = publicKey.export({ type: 'spki', format: 'der' });
  const alternativeName = sequence(der(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = der(0xa3, sequence(sequence(objectId('551d11'), der(0x04, alternativeName))));
  return sequence(version, serial, ecdsaWithSha256, name, validity, name, holder, extensions);
}
