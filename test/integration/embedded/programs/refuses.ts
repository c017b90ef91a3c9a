/** A program that does not start. */
process.stderr.write('the disk is on holiday\n');
process.exit(3);
