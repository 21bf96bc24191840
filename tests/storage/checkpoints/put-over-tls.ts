/** Puts a checkpoint into the bucket that the first argument describes, reads it, and prints what it got or why not. */
import { openBucketPlace } from '../../../storage/checkpoints/bucket-place.ts';
import type { BucketLocation } from '../../../storage/checkpoints/checkpoint-location.ts';

try {
  const place = await openBucketPlace(JSON.parse(process.argv[2]!) as BucketLocation);
  await place.put('1/1-1', Buffer.from('by TLS'));
  console.log(Buffer.from((await place.get('1/1-1'))!).toString());
  place.close();
} catch (error) {
  console.log(String(error));
}
