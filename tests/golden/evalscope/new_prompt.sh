evalscope perf --model qwen --api local_vllm --prompt 'Say "hi" for $5' --parallel 2 --number 10 --port 8877
