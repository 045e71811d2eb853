"""Networks: the only place that knows ONNX Runtime."""
