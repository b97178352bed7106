// Shows the one image that its address names, and tells the page around it how large it is. It stands in a sandbox, under a
// Content-Security-Policy of its own that lets images in and nothing else.
const url = URL.parse(decodeURIComponent(location.hash.slice(1)));
if (window.parent !== window && url !== null && /^https?:$/.test(url.protocol)) {
  const image = new Image();
  image.referrerPolicy = 'no-referrer';
  image.alt = '';
  const report = () => {
    const { naturalWidth: width, naturalHeight: height } = image;
    // Its own origin is none, and so it cannot name the page's.
    window.parent.postMessage({ width, height }, '*');
  };
  image.addEventListener('load', report);
  image.addEventListener('error', report);
  image.src = url.href;
  document.body.append(image);
}
