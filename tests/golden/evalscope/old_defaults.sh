llmuses perf --model qwen --url http://127.0.0.1:8000/v1/chat/completions --dataset-path prompts.txt
