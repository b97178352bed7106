import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { PublicAddress } from '../public-address.ts';

const nowhere = ["'none'"];
const here = ["'self'"];

const page = {
  'default-src': nowhere,
  'script-src': here,
  'style-src': here,
  // Images in answers are never fetched by the page: a model could send data away in their addresses.
  'img-src': ["'self'", 'data:', 'blob:'],
  // Of formulas.
  'font-src': here,
  'connect-src': here,
  'manifest-src': here,
  'worker-src': here,
  // The document of an image that the reader asks for.
  'frame-src': here,
  'base-uri': nowhere,
  'form-action': here,
  'frame-ancestors': nowhere,
  'require-trusted-types-for': ["'script'"],
  // Of the page's scripts one makes an address of code: that of its worker.
  'trusted-types': ['sluice-worker'],
};

/** The description of the API, drawn by a library that styles its elements one by one and makes markup of text. Its scripts are ours alone. */
const { 'require-trusted-types-for': _trusted, 'trusted-types': _types, ...open } = page;
const docs = { ...open, 'style-src': ["'self'", "'unsafe-inline'"] };

const docsPath = /^\/docs(?:\/|\.html$|$)/;

/** A document that shows one image from anywhere, in a sandbox of its own wherever it is opened, and can do nothing else. */
const imageFrame = {
  'default-src': nowhere,
  'script-src': here,
  'style-src': here,
  'img-src': ['https:', 'http:'],
  'base-uri': nowhere,
  'form-action': nowhere,
  'frame-ancestors': here,
  sandbox: ['allow-scripts'],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': nowhere,
};

/** Devices that the page never asks for: nothing that runs in it, or in a frame of it, can. */
const permissions = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((device) => `${device}=()`)
  .join(', ');

const imageFramePath = /^\/image-frame\.(?:html|css|js)$/;

/**
 * The security headers of every response. Those that only make sense over https would break a page on a plain-http LAN address,
 * and are sent when PUBLIC_URL is https alone.
 */
export function secureHeaders(address: PublicAddress): RequestHandler {
  const { isSecure } = address;
  const upgrade = isSecure && { 'upgrade-insecure-requests': [] };
  const shared = {
    strictTransportSecurity: isSecure,
    crossOriginOpenerPolicy: isSecure,
    originAgentCluster: isSecure,
    referrerPolicy: { policy: 'no-referrer' },
  } as const;
  const ofPage = helmet({
    ...shared,
    contentSecurityPolicy: { useDefaults: false, directives: { ...page, ...upgrade } },
    xFrameOptions: { action: 'deny' },
  });
  const ofDocs = helmet({
    ...shared,
    contentSecurityPolicy: { useDefaults: false, directives: { ...docs, ...upgrade } },
    xFrameOptions: { action: 'deny' },
  });
  const ofImageFrame = helmet({
    ...shared,
    contentSecurityPolicy: { useDefaults: false, directives: { ...imageFrame, ...upgrade } },
    xFrameOptions: { action: 'sameorigin' },
    // Its origin is none: to it, its own style and script come from elsewhere.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
  return (req, res, next) => {
    res.setHeader('Permissions-Policy', permissions);
    if (imageFramePath.test(req.path)) return ofImageFrame(req, res, next);
    return (docsPath.test(req.path) ? ofDocs : ofPage)(req, res, next);
  };
}
