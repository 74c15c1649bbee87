evalscope perf --model bge-m3 --api openai_embedding --url http://gpu1:8000 --dataset embedding \
  --dataset-path texts.txt --parallel 4 --number 100 --max-tokens 64 --extra-args '{"batch_size": 8, "dimensions": 256}'
