// Run a published TensorFlow.js graph on pictures: node tfjs_answers.js GRAPH.json IN OUT SIDE KIND
// IN: pictures of SIDExSIDEx3, one byte a number, one after the other, which the graph takes as they
// are (KIND int32) or from 0 to 1 (float32). OUT: float32, what it answers to each.
const fs = require("fs");
const path = require("path");
const tf = require("@tensorflow/tfjs");

const [graphPath, input, output, side, kind] = process.argv.slice(2);
const SHAPE = [1, Number(side), Number(side), 3];

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
  const size = SHAPE.reduce((product, length) => product * length);
  const results = [];
  for (let at = 0; at < pictures.length; at += size) {
    const bytes = pictures.subarray(at, at + size);
    const picture = kind === "int32"
      ? tf.tensor(Int32Array.from(bytes), SHAPE, "int32")
      : tf.tensor(Float32Array.from(bytes, (value) => value / 255), SHAPE);
    const answer = await model.executeAsync(picture);
    results.push(Buffer.from(Float32Array.from(answer.dataSync()).buffer));
  }
  fs.writeFileSync(output, Buffer.concat(results));
}

main();
