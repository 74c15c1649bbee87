llmuses perf \
  --url 'http://127.0.0.1:23333/v1/chat/completions' \
  --parallel 128 --model 'qwen' --log-every-n-query 10 \
  --read-timeout 120 --connect-timeout 120 -n 1000 --max-prompt-length 128000 \
  --tokenizer-path "./Qwen2-72B-Instruct/" --api openai --stream --stop '<|im_end|>' \
  --max-tokens 512 \
  --dataset openqa --dataset-path './datasets/open_qa.jsonl'
