// Run the published TensorFlow.js graph on pictures: node reference.js GRAPH.json IN OUT
// IN: pictures of 256x256x3, one byte a number, one after the other. OUT: float32, 256x256 a picture.
const fs = require("fs");
const path = require("path");
const tf = require("@tensorflow/tfjs");

const [graphPath, input, output] = process.argv.slice(2);
const SIDE = 256;

function load() {
  const graph = JSON.parse(fs.readFileSync(graphPath));
  const shards = graph.weightsManifest.flatMap((group) => group.paths);
  const bytes = Buffer.concat(
    shards.map((name) => fs.readFileSync(path.join(path.dirname(graphPath), name))),
  );
  return tf.loadGraphModel({
    load: async () => ({
      modelTopology: graph.modelTopology,
      format: graph.format,
      signature: graph.signature,
      weightSpecs: graph.weightsManifest.flatMap((group) => group.weights),
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    }),
  });
}

async function main() {
  await tf.setBackend("cpu");
  const model = await load();
  const pictures = fs.readFileSync(input);
  const size = SIDE * SIDE * 3;
  const results = [];
  for (let at = 0; at < pictures.length; at += size) {
    const picture = tf.tensor(
      Float32Array.from(pictures.subarray(at, at + size), (value) => value / 255), [1, SIDE, SIDE, 3],
    );
    const mask = await model.executeAsync(picture);
    results.push(Buffer.from(Float32Array.from(mask.dataSync()).buffer));
  }
  fs.writeFileSync(output, Buffer.concat(results));
}

main();
