// Uploads one file with tus-js-client: node upload.mjs <endpoint> <token> <file> <manifest file> <url to continue, or ""> <bytes to stop at, or 0>
// Prints a line of JSON for each acknowledged chunk, and one at the end.
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [endpoint, token, file, manifest, uploadUrl, stopAt] = process.argv.slice(2)
const say = (values) => console.log(JSON.stringify(values))

const upload = new Upload(readFileSync(file), {
  endpoint,
  uploadUrl: uploadUrl || null,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { manifest: readFileSync(manifest, 'utf8') },
  chunkSize: 256 * 1024,
  retryDelays: [200, 400, 800, 1600, 3200, 3200],
  onChunkComplete: async (_size, accepted) => {
    say({ accepted, url: upload.url })
    if (Number(stopAt) && accepted >= Number(stopAt)) {
      await upload.abort()
      process.exit(0)
    }
  },
  onError: (error) => {
    say({ error: String(error) })
    process.exit(1)
  },
  onSuccess: () => {
    say({ done: true, url: upload.url })
    process.exit(0)
  },
})
upload.start()
