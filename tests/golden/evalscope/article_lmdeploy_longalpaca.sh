llmuses perf \
  --url 'http://127.0.0.1:23333/v1/chat/completions' \
  --parallel 1 --model 'qwen' --log-every-n-query 1 \
  --read-timeout 120 --connect-timeout 120 -n 1000 --max-prompt-length 128000 \
  --tokenizer-path "./Qwen2-72B-Instruct/" --api openai --stream --stop '<|im_end|>' \
  --max-tokens 512 \
  --dataset longalpaca --dataset-path './datasets/LongAlpaca-12k.json'
